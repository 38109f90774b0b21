"""What the tour's researcher types into the notebook, cell by cell. Each cell prints one line of result."""

OPEN = """
import warehouse_lib as wl
wh = wl.open()
print(len(wh.tables()), "tables,", len(wh.to_pandas("person", ["person_id"])), "people")
"""

COHORT = """
codes = wh.to_pandas("condition_occurrence", ["condition_concept_id"]).condition_concept_id
cohort = wh.cohort(int(codes.mode()[0]))
rows = len(wh.to_pandas("condition_occurrence", ["person_id"], cohort=cohort))
assert len(wh.to_dask("person", ["year_of_birth"])) == len(wh.to_pandas("person", ["year_of_birth"]))
print("a cohort of", cohort.count(), "people with", rows, "conditions; pandas and Dask agree")
"""

WORKERS = 2

CLUSTER = f"""
from kernels import workspace
from warehouse_lib.frames.buckets import map_buckets

def conditions(bucket):
    return len(bucket.to_pandas("condition_occurrence"))

cluster = workspace.cluster(workers={WORKERS}, cores=1, memory_gib=1)
client = cluster.client()
client.wait_for_workers({WORKERS}, timeout=120)
counted = sum(map_buckets(conditions, wh.buckets, client))
assert counted == len(wh.to_pandas("condition_occurrence"))
print("{WORKERS} workers counted", counted, "conditions over", len(wh.buckets), "buckets")
"""

PROBE = """
import json

def probe():
    import json, subprocess, sys
    argv = [sys.executable, "-m", "kernels.probe", "--json"]
    return json.loads(subprocess.run(argv, capture_output=True, text=True).stdout)

print(json.dumps([probe()]))
"""

PROBE_WORKERS = """
print(json.dumps(list(client.run(probe).values())))
"""

CLOSE_CLUSTER = """
client.close()
cluster.close()
print("workers closed")
"""

SMALL = """
people = wh.to_pandas("person", ["gender_concept_id", "year_of_birth"])
people["sex"] = people.gender_concept_id.map({8507: "man", 8532: "woman"})
small = people.groupby(["year_of_birth", "sex"]).size().rename("people").reset_index()
small.to_csv("/workspace/outbox/people.csv", index=False)
print(len(small), "cells, the smallest below ten:", bool((small.people < 10).any()))
"""

FIXED = """
import pandas as pd
edges, names = [1900, 1950, 1970, 1990, 2030], ["-1950", "1951-1970", "1971-1990", "1991-"]
banded = people.assign(born=pd.cut(people.year_of_birth, edges, labels=names))
fixed = banded.groupby(["born", "sex"], observed=True).size().rename("people").reset_index()
fixed = fixed[fixed.people >= 10]
fixed.to_csv("/workspace/outbox/people.csv", index=False)
print(len(fixed), "cells, none below ten")
"""

CHECK = """
from kernels import workspace
print(workspace.check(["people.csv"])[0]["verdict"])
"""

CONTEXT = {
    "description": "How many people of each sex and band of birth year the extract holds.",
    "population": "Everybody in the extract.",
    "controls": "Bands of twenty years; cells below ten left out.",
}

SUBMIT = f"""
request = workspace.submit(["people.csv"], context={CONTEXT!r})
print(request["id"], request["state"])
"""

RESUBMIT = f"""
request = workspace.submit(["people.csv"], context={CONTEXT!r}, request=request["id"])
print(request["id"], request["state"])
"""
