"""The reference implementations of the course, in plain NumPy.

encoding    text to indices, one-hot vectors, padded batches
rnn         the vanilla cell and the same cell along a sequence, forward and backward
readout     from states to logits
losses      softmax, cross-entropy
initialise  first weights
models      complete networks: read all then decide, tag every step; the baselines they beat
training    Adam, clipping and a training loop
datasets    small data sets, generated or written for the course
check       tells a student why an answer is wrong
plots       figures (needs matplotlib; import it yourself)
"""

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
from course_rnn.losses import cross_entropy, masked_cross_entropy, softmax
from course_rnn.readout import ReadoutParams, init_readout, readout_backward, readout_forward
from course_rnn.rnn import (
    RNNParams,
    count_rnn_parameters,
    init_rnn,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)

__all__ = [
    "EOS",
    "PAD",
    "SPECIAL_TOKENS",
    "UNK",
    "RNNParams",
    "ReadoutParams",
    "build_vocabulary",
    "count_rnn_parameters",
    "cross_entropy",
    "decode",
    "embed",
    "encode",
    "init_readout",
    "init_rnn",
    "masked_cross_entropy",
    "one_hot",
    "pad_batch",
    "readout_backward",
    "readout_forward",
    "rnn_backward",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
    "softmax",
]
