"""Leaves of a session of cosmic-ray a random sample, the same one each time: `sample_mutations.py SESSION COUNT`."""

import random
import sqlite3
import sys

with sqlite3.connect(sys.argv[1]) as session:
    # The filters leave a result of what they skip.
    unseen = "job_id NOT IN (SELECT job_id FROM work_results) ORDER BY module_path, operator_name, occurrence"
    jobs = [job for (job,) in session.execute(f"SELECT job_id FROM mutation_specs WHERE {unseen}")]
    kept = {*random.Random(2026).sample(jobs, min(int(sys.argv[2]), len(jobs)))}
    for table in ("work_results", "mutation_specs", "work_items"):
        found = [job for (job,) in session.execute(f"SELECT job_id FROM {table}")]
        session.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job,) for job in found if job not in kept])
    print(f"{len(kept)} of {len(jobs)} changes")
