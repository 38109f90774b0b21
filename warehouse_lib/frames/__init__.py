"""Tables as pandas and Dask frames; both libraries are imported only when a frame is asked for."""
