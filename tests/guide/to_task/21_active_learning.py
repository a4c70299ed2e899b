"""
Scenario: Iterative model improvement with active learning.
Goal: Auto-annotate with model, review uncertain cases manually.
"""
# Step 1: Auto-annotate with medium confidence
params_high_confidence = {
    'name': 'Active_Learning_Round1_High',
    'project': 123,
    'agent': 1,
    'task_filters': {'status': 'pending'},
    'method': 'inference',
    'pre_processor': 789,
    'pre_processor_params': {
        'confidence_threshold': 0.9 # High confidence only
    }
}

action = ToTaskAction(run=run_instance, params=params_high_confidence)
result = action.start()

# Step 2: Low confidence cases go to manual review
# (These remain pending for human annotators)

# Step 3: After manual review, retrain model and repeat
