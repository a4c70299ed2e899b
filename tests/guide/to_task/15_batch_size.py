pre_processor_params = {
    'model_config': {
        'batch_size': 32 # Adjust based on GPU memory
    }
}
