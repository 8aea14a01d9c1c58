"""The reference implementations of the course, in plain NumPy.

encoding         text to indices, one-hot vectors, padded batches
rnn              the vanilla cell and the same cell along a sequence, forward and backward
gates            what gated layers share: the sigmoid, all gates in one array
gru              the gated recurrent unit, simple and full
reset_after_gru  the GRU as PyTorch and cuDNN have it
lstm             the long short-term memory
peephole_lstm    the LSTM whose gates look at the cell state
recurrence       one loop for any cell, and the layers by name
bidirectional    two directions, padded sequences reversed at their own ends
stacked          layers on top of each other
truncated        long sequences in pieces: truncated, or exact and recomputed
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
capstone         the last assignment: data without leaks, measures, bands, guards
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
from course_rnn.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
    bidirectional_last,
    bidirectional_last_backward,
    bidirectional_layer,
    reverse_padded,
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
from course_rnn.gates import sigmoid
from course_rnn.gradients import (
    check_gradients,
    complex_step_gradient,
    gradient_norms,
    jacobian_products,
    numerical_gradient,
    state_jacobian,
)
from course_rnn.gru import (
    GRUParams,
    SimpleGRUParams,
    gru_backward,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
    init_gru,
    init_simple_gru,
    simple_gru_backward,
    simple_gru_cell_backward,
    simple_gru_cell_forward,
    simple_gru_forward,
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
from course_rnn.lstm import (
    LSTMParams,
    init_lstm,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
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
from course_rnn.peephole_lstm import (
    PeepholeParams,
    init_peephole_lstm,
    peephole_lstm_backward,
    peephole_lstm_cell_backward,
    peephole_lstm_cell_forward,
    peephole_lstm_forward,
)
from course_rnn.readout import ReadoutParams, init_readout, readout_backward, readout_forward
from course_rnn.recurrence import (
    GRU,
    LSTM,
    PEEPHOLE_LSTM,
    RELU_RNN,
    RESET_AFTER_GRU,
    RNN,
    SIMPLE_GRU,
    Layer,
    reverse_layer,
    unroll,
)
from course_rnn.reset_after_gru import (
    ResetAfterGRUParams,
    init_reset_after_gru,
    reset_after_gru_backward,
    reset_after_gru_cell_backward,
    reset_after_gru_cell_forward,
    reset_after_gru_forward,
)
from course_rnn.rnn import (
    RELU,
    TANH,
    Activation,
    RNNParams,
    count_rnn_parameters,
    init_rnn,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)
from course_rnn.stacked import stacked_backward, stacked_forward
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
from course_rnn.truncated import recomputed_bptt, truncated_bptt

__all__ = [
    "CONVENTIONS",
    "EOS",
    "GRU",
    "LSTM",
    "PAD",
    "PEEPHOLE_LSTM",
    "RELU",
    "RELU_RNN",
    "RESET_AFTER_GRU",
    "RNN",
    "SGD",
    "SIMPLE_GRU",
    "SPECIAL_TOKENS",
    "STOP_WORDS",
    "TANH",
    "UNK",
    "Activation",
    "Adam",
    "AttentionDecoderParams",
    "AttentionParams",
    "BidirectionalParams",
    "ConfusionCounts",
    "Convention",
    "ConvolutionParams",
    "EncoderDecoderParams",
    "Entity",
    "GRUParams",
    "LSTMParams",
    "Layer",
    "PeepholeParams",
    "RNNParams",
    "ReadoutParams",
    "ResetAfterGRUParams",
    "Scaler",
    "SimpleGRUParams",
    "absolute_error",
    "additive_attention",
    "additive_attention_backward",
    "attention_decode",
    "attention_decode_backward",
    "bidirectional_backward",
    "bidirectional_forward",
    "bidirectional_last",
    "bidirectional_last_backward",
    "bidirectional_layer",
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
    "gru_backward",
    "gru_cell_backward",
    "gru_cell_forward",
    "gru_forward",
    "init_attention",
    "init_convolution",
    "init_gru",
    "init_lstm",
    "init_peephole_lstm",
    "init_readout",
    "init_reset_after_gru",
    "init_rnn",
    "init_simple_gru",
    "jacobian_products",
    "last_state",
    "last_state_backward",
    "leaves",
    "linear_decay",
    "lstm_backward",
    "lstm_cell_backward",
    "lstm_cell_forward",
    "lstm_forward",
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
    "peephole_lstm_backward",
    "peephole_lstm_cell_backward",
    "peephole_lstm_cell_forward",
    "peephole_lstm_forward",
    "perplexity",
    "persistence_forecast",
    "precision",
    "random_batches",
    "random_windows",
    "readout_backward",
    "readout_forward",
    "recall",
    "recomputed_bptt",
    "remove_stop_words",
    "reset_after_gru_backward",
    "reset_after_gru_cell_backward",
    "reset_after_gru_cell_forward",
    "reset_after_gru_forward",
    "reverse_layer",
    "reverse_padded",
    "rnn_backward",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
    "sample_index",
    "sample_text",
    "seasonal_forecast",
    "sigmoid",
    "simple_gru_backward",
    "simple_gru_cell_backward",
    "simple_gru_cell_forward",
    "simple_gru_forward",
    "softmax",
    "squared_error",
    "stacked_backward",
    "stacked_forward",
    "state_jacobian",
    "stateful_batches",
    "stem",
    "teacher_inputs",
    "to_keras",
    "to_torch",
    "tokenize",
    "train",
    "truncated_bptt",
    "unroll",
    "vectorize",
]
