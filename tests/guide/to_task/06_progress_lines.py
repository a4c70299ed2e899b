# Progress is logged automatically during execution
# Example log output:
# [annotate_task_data] Progress: 25.0% (25/100)
# [annotate_task_data] Progress: 50.0% (50/100)
# [annotate_task_data] Progress: 100.0% (100/100)
