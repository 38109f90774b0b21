"""Safe data: from raw records to the de-identified extract that one project may see."""
