"""Safe outputs: nothing leaves without automatic checks, two independent people and a signature."""
