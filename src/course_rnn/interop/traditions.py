"""How five lectures and five papers write the cells, as data for the book's table of notation."""

from course_rnn.interop.conventions import CHO, Convention

NG = Convention(
    name="Ng",
    source="Sequence Models, deeplearning.ai",
    inputs="n_x B T",
    state="c",
    gru_gates={"u": "u", "r": "r", "c~": "c"},
    gru_update="candidate",
    gru_reset=("before",),
    gru_biases=1,
    lstm_gates={"f": "f", "u": "u", "c~": "c", "o": "o"},
    lstm_biases=1,
    weights={"Waa": "n_a n_a", "Wax": "n_a n_x", "Wu, …": "n_a n_a+n_x"},
    note="The symbols of this course; the gates are Γ with an index.",
    rnn="a = tanh(Waa @ a_prev + Wax @ x + ba)",
    rnn_symbols={"Waa": "Waa", "Wax": "Wax", "ba": "ba"},
    lstm_output="a",
)
KHAPRA = Convention(
    name="Khapra",
    source="CS7015 Deep Learning, IIT Madras, lectures 13 and 14",
    inputs="n_x",
    state="s",
    gru_gates={"o": "r", "i": "u", "s~": "c"},
    gru_update="candidate",
    gru_reset=("before",),
    gru_biases=1,
    lstm_gates={"o": "o", "i": "u", "f": "f", "s~": "c"},
    lstm_biases=1,
    weights={"U, Ui, …": "n_a n_x", "W, Wi, …": "n_a n_a"},
    note="o writes, i reads, f forgets selectively. Sigmoids stand where we have tanh.",
    rnn="s = sigmoid(U @ x + W @ s_prev + b)",
    rnn_symbols={"U": "Wax", "W": "Waa", "b": "ba"},
    memory="s",
    candidate="sigmoid",
    output="sigmoid",
)
CS224N = Convention(
    name="CS224n",
    source="Natural Language Processing with Deep Learning, Stanford",
    inputs="n_x",
    state="h",
    gru_gates={"u": "u", "r": "r", "h~": "c"},
    gru_update="candidate",
    gru_reset=("before",),
    gru_biases=1,
    lstm_gates={"f": "f", "i": "u", "o": "o", "c~": "c"},
    lstm_biases=1,
    weights={"We, Uf, …": "n_a n_x", "Wh, Wf, …": "n_a n_a"},
    note="e is the embedded word; the plain cell is written with a sigmoid.",
    rnn="h = sigmoid(W_h @ h_prev + W_e @ e + b_1)",
    rnn_symbols={"W_h": "Waa", "W_e": "Wax", "e": "x", "b_1": "ba"},
)
CS231N = Convention(
    name="CS231n",
    source="Deep Learning for Computer Vision, Stanford",
    inputs="B T n_x",
    state="h",
    gru_gates={"r": "r", "z": "u", "h~": "c"},
    gru_update="old state",
    gru_reset=("before",),
    gru_biases=1,
    lstm_gates={"i": "u", "f": "f", "o": "o", "g": "c"},
    lstm_biases=1,
    weights={"Wx": "n_x G*n_a", "Wh": "n_a G*n_a", "b": "G*n_a"},
    note="Rows times matrices, as in its assignments.",
    rnn="h = tanh(x @ Wx + h_prev @ Wh + b)",
    rnn_symbols={"Wx": "Wax.T", "Wh": "Waa.T", "b": "ba"},
)
GOODFELLOW = Convention(
    name="Goodfellow et al.",
    source="Deep Learning, chapter 10",
    inputs="n_x",
    state="h",
    gru_gates={"u": "u", "r": "r", "h~": "c"},
    gru_update="old state",
    gru_reset=("before",),
    gru_biases=1,
    lstm_gates={"f": "f", "g": "u", "s~": "c", "q": "o"},
    lstm_biases=1,
    weights={"U": "n_a n_x", "W": "n_a n_a", "b": "n_a"},
    note="g is the external input gate, q the output gate; the candidates have no symbol, and a "
    "sigmoid.",
    rnn="h = tanh(b + W @ h_prev + U @ x)",
    rnn_symbols={"b": "ba", "W": "Waa", "U": "Wax"},
    memory="s",
    candidate="sigmoid",
)
ELMAN = Convention(
    name="Elman (1990)",
    source="Finding structure in time",
    inputs="n_x",
    note="A drawing and no equation: hidden units from 0 to 1, copied back into *context units*.",
)
HOCHREITER = Convention(
    name="Hochreiter and Schmidhuber (1997)",
    source="Long short-term memory",
    inputs="n_x",
    lstm_gates={"y_in": "u", "g": "c", "y_out": "o"},
    lstm_biases=1,
    note="No forget gate: the memory only adds up. Its sigmoids run from -2 to 2 and from -1 to 1.",
    memory="s",
    lstm_output="y",
    candidate="sigmoid_2",
    output="sigmoid_1",
)
GERS = HOCHREITER._replace(
    name="Gers et al. (2000)",
    source="Learning to forget",
    lstm_gates={"y_phi": "f", "y_in": "u", "g": "c", "y_out": "o"},
    note="Adds the forget gate, whose index is φ.",
)
CHUNG = CHO._replace(
    name="Chung et al. (2014)",
    source="arXiv:1412.3555v1, section 3",
    gru_update="candidate",
    note="The same authors as Cho et al. in part, and z turned round; their LSTM has peepholes.",
)
TRADITIONS = (NG, KHAPRA, CS224N, CS231N, GOODFELLOW, ELMAN, HOCHREITER, GERS, CHO, CHUNG)
"""Five lectures, then five papers in the order of time."""
