"""The reference implementations of the course, in plain NumPy.

encoding         text to indices, one-hot vectors, padded batches
rnn              the vanilla cell and the same cell along a sequence, forward and backward
readout          from states to logits
attention        weighted averages of many states, additive and dot-product
convolution      a window over the past, the same at every step
encoder_decoder  read one sequence, write another
losses           softmax, cross-entropy, squared and absolute error
initialise       first weights
models           complete networks: read all then decide, tag every step; the baselines they beat
training         SGD, Adam, clipping and a training loop
progress         one line that says how far long work has come
gradients        numerical gradients, a check that names what is wrong, the way back in time
language_model   pairs of tokens, windows and streams, sampling, perplexity
time_series      splits, windows, scaling, the forecasts that cost nothing, MASE
text             from what people write to words to padded batches
metrics          precision, recall and F1, of labels and of entities
datasets         small data sets: real, generated, found on the machine, or public
check            tells a student why an answer is wrong
interop          weights to and from PyTorch and Keras, and what everybody calls things
plots            figures (needs matplotlib; import it yourself)
"""

from course_rnn.attention import (
    AttentionParams,
    additive_attention,
    additive_attention_backward,
    causal_mask,
    dot_product_attention,
    dot_product_attention_backward,
    init_attention,
)
from course_rnn.convolution import (
    ConvolutionParams,
    conv1d_causal,
    conv1d_causal_backward,
    init_convolution,
)
from course_rnn.encoder_decoder import (
    AttentionDecoderParams,
    EncoderDecoderParams,
    attention_decode,
    attention_decode_backward,
    decoder_step,
    decoder_step_backward,
    encode_then_decode,
    encode_then_decode_backward,
    greedy_decode,
    teacher_inputs,
)
from course_rnn.encoding import (
    EOS,
    PAD,
    SPECIAL_TOKENS,
    UNK,
    build_vocabulary,
    decode,
    embed,
    encode,
    one_hot,
    pad_batch,
)
from course_rnn.gradients import (
    check_gradients,
    complex_step_gradient,
    gradient_norms,
    jacobian_products,
    numerical_gradient,
    state_jacobian,
)
from course_rnn.initialise import glorot, orthogonal
from course_rnn.interop import (
    CONVENTIONS,
    Convention,
    conventions_table,
    from_keras,
    from_torch,
    to_keras,
    to_torch,
)
from course_rnn.language_model import (
    bits_per_character,
    embedding_backward,
    embedding_forward,
    embedding_row_gradients,
    generate,
    next_token_pairs,
    perplexity,
    random_windows,
    sample_index,
    sample_text,
    stateful_batches,
)
from course_rnn.losses import (
    absolute_error,
    binary_cross_entropy,
    cross_entropy,
    masked_cross_entropy,
    softmax,
    squared_error,
)
from course_rnn.metrics import (
    ConfusionCounts,
    Entity,
    confusion_counts,
    entity_f1,
    f1_score,
    find_entities,
    precision,
    recall,
)
from course_rnn.models import last_state, last_state_backward
from course_rnn.readout import ReadoutParams, init_readout, readout_backward, readout_forward
from course_rnn.recurrence import Layer
from course_rnn.rnn import (
    RNNParams,
    count_rnn_parameters,
    init_rnn,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)
from course_rnn.text import (
    STOP_WORDS,
    mean_pool,
    mean_pool_backward,
    normalise,
    remove_stop_words,
    stem,
    tokenize,
    vectorize,
)
from course_rnn.time_series import (
    Scaler,
    chronological_split,
    flag_rare_events,
    forecast_many_steps,
    make_windows,
    mase,
    moving_average_forecast,
    persistence_forecast,
    seasonal_forecast,
)
from course_rnn.training import (
    SGD,
    Adam,
    clip_by_norm,
    clip_by_value,
    leaves,
    linear_decay,
    map_leaves,
    named_leaves,
    random_batches,
    train,
)

__all__ = [
    "CONVENTIONS",
    "EOS",
    "PAD",
    "SGD",
    "SPECIAL_TOKENS",
    "STOP_WORDS",
    "UNK",
    "Adam",
    "AttentionDecoderParams",
    "AttentionParams",
    "ConfusionCounts",
    "Convention",
    "ConvolutionParams",
    "EncoderDecoderParams",
    "Entity",
    "Layer",
    "RNNParams",
    "ReadoutParams",
    "Scaler",
    "absolute_error",
    "additive_attention",
    "additive_attention_backward",
    "attention_decode",
    "attention_decode_backward",
    "binary_cross_entropy",
    "bits_per_character",
    "build_vocabulary",
    "causal_mask",
    "check_gradients",
    "chronological_split",
    "clip_by_norm",
    "clip_by_value",
    "complex_step_gradient",
    "confusion_counts",
    "conv1d_causal",
    "conv1d_causal_backward",
    "conventions_table",
    "count_rnn_parameters",
    "cross_entropy",
    "decode",
    "decoder_step",
    "decoder_step_backward",
    "dot_product_attention",
    "dot_product_attention_backward",
    "embed",
    "embedding_backward",
    "embedding_forward",
    "embedding_row_gradients",
    "encode",
    "encode_then_decode",
    "encode_then_decode_backward",
    "entity_f1",
    "f1_score",
    "find_entities",
    "flag_rare_events",
    "forecast_many_steps",
    "from_keras",
    "from_torch",
    "generate",
    "glorot",
    "gradient_norms",
    "greedy_decode",
    "init_attention",
    "init_convolution",
    "init_readout",
    "init_rnn",
    "jacobian_products",
    "last_state",
    "last_state_backward",
    "leaves",
    "linear_decay",
    "make_windows",
    "map_leaves",
    "mase",
    "masked_cross_entropy",
    "mean_pool",
    "mean_pool_backward",
    "moving_average_forecast",
    "named_leaves",
    "next_token_pairs",
    "normalise",
    "numerical_gradient",
    "one_hot",
    "orthogonal",
    "pad_batch",
    "perplexity",
    "persistence_forecast",
    "precision",
    "random_batches",
    "random_windows",
    "readout_backward",
    "readout_forward",
    "recall",
    "remove_stop_words",
    "rnn_backward",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
    "sample_index",
    "sample_text",
    "seasonal_forecast",
    "softmax",
    "squared_error",
    "state_jacobian",
    "stateful_batches",
    "stem",
    "teacher_inputs",
    "to_keras",
    "to_torch",
    "tokenize",
    "train",
    "vectorize",
]
