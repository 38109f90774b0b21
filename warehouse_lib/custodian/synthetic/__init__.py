"""A made-up population on made-up clinical parameters, so that the whole path can run without any patient."""
