"""Dask between jobs that have no network: scheduler in a notebook's kernel, workers in jobs of their own."""

import pytest

CLUSTER = """
from kernels import workspace
with workspace.cluster(workers=2, cores=1, memory_gib=1) as cluster:
    client = cluster.client()
    client.wait_for_workers(2, timeout=40)
    import dask.array as da
    x = da.ones((2000, 2000), chunks=(500, 500))
    print("sum", float((x @ x.T).sum().compute()))
    where = client.run(lambda: __import__("os").getpid())
    print("workers", len(where), sorted(a.rsplit(":")[1] for a in where))
    print("jobs", len(cluster.jobs()))
print("closed")
"""


@pytest.mark.parametrize("place", ["house", "wide_house"])
def test_two_workers_compute_for_a_notebook(place, request):
    house = request.getfixturevalue(place)
    job = house.start()
    printed = house.execute(job, CLUSTER, 90)
    assert "sum 8000000000.0" in printed, printed + house.story(job)
    assert "workers 2" in printed
    assert "closed" in printed
