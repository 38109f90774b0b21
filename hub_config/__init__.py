"""Safe settings, outside the job: sign-in, spawning, submission, provisioning and the edge."""
