pre_processor_params = {
    # Model configuration
    'model_config': {
        'batch_size': 16,
        'device': 'cuda',
        'use_fp16': True
    },

    # Inference thresholds
    'confidence_threshold': 0.8,
    'nms_threshold': 0.5,

    # Post-processing
    'min_object_size': 10,
    'max_objects': 100,

    # Output formatting
    'include_masks': True,
    'output_format': 'coco'
}
