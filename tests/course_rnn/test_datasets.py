"""What users of data rely on: facts as published, tasks as documented, verified downloads."""

import hashlib
import io
import itertools
import socket
import tarfile
import threading
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

import numpy as np
import pooch
import pytest

from course_rnn import datasets
from course_rnn.datasets import agreement, online, sentiment

RNG = np.random.default_rng


# ---- shipped ----


def test_sea_surface_temperature_is_monthly_without_gaps():
    times, values, columns = datasets.sea_surface_temperature()
    np.testing.assert_array_equal(times, np.arange("1950-01", "2011-01", dtype="datetime64[M]"))
    assert values.shape == (732, 1)
    assert columns == ["temperature (degC)"]
    assert (values[0, 0], values[-1, 0]) == (23.11, 22.07)
    assert 18 < values.min() < values.max() < 30
    months = values.reshape(61, 12).mean(axis=0)
    assert (months.argmax(), months.argmin()) == (2, 8)  # March is warm there, September is cold


def test_el_nino_is_in_the_series():
    times, values, _ = datasets.sea_surface_temperature()
    months = values.reshape(61, 12)
    anomalies = (months - months.mean(axis=0)).ravel()
    warmest = {str(time)[:4] for time in times[np.argsort(anomalies)[-20:]]}
    assert {"1983", "1997", "1998"} <= warmest


def test_seattle_weather_is_daily_without_gaps():
    times, values, columns = datasets.seattle_weather()
    days = np.arange("2012-01-01", "2016-01-01", dtype="datetime64[D]")
    np.testing.assert_array_equal(times, days)
    assert values.shape == (1461, len(columns))
    rain, high, low, wind = values.T
    assert np.all(high >= low)
    assert min(rain.min(), wind.min()) >= 0
    assert columns[1] == "highest temperature (degC)"


def test_place_names_are_different_and_have_regions():
    names, regions = datasets.place_names()
    assert len(set(names)) == len(names) == len(regions) == 418
    assert all(name.isascii() and name == name.strip() for name in names)
    assert dict(zip(names, regions, strict=True))["Buenos Aires"] == "America"
    assert len(set(regions)) == 10


def test_every_shipped_file_is_small_and_says_where_it_is_from():
    folder = files("course_rnn.datasets") / "files"
    sources = (folder / "SOURCES.txt").read_text(encoding="utf-8")
    for file in folder.iterdir():
        assert len(file.read_bytes()) < 100_000
        if file.name != "SOURCES.txt":
            about = sources.split(f"\n{file.name}\n")[1].split("\n\n")[0]
            assert all(word in about for word in ("Source", "Licence", "Extracted"))


def test_python_reference_is_long_text():
    text = datasets.python_reference_text()
    assert len(text) > 300_000
    assert len(set(text)) < 200
    assert text == datasets.python_reference_text()


# ---- generated ----

GENERATORS = [
    lambda rng: datasets.agreement_sentences(5, 3, rng),
    lambda rng: datasets.copy_task(5, 3, 4, 8, rng),
    lambda rng: datasets.adding_task(5, 20, rng),
    lambda rng: datasets.sentiment_reviews(5, rng),
    lambda rng: datasets.sinusoids_with_rare_events(200, 2, 2, rng),
]


@pytest.mark.parametrize("generate", GENERATORS)
def test_same_generator_same_data(generate):
    first, again, other = (generate(RNG(seed)) for seed in (7, 7, 8))
    assert repr(first) == repr(again) != repr(other)


def test_first_noun_decides_and_the_others_do_not():
    sentences, labels = datasets.agreement_sentences(2000, 4, RNG(0))
    many = {plural for _, plural in agreement.SUBJECTS + agreement.OBJECTS}
    assert {len(words) for words in sentences} == {6 + 3 * 3}
    assert all((words[1] in many) == label for words, label in zip(sentences, labels, strict=True))
    for noun in range(5, 15, 3):  # any other noun agrees with the verb half of the time
        agree = [(words[noun] in many) == y for words, y in zip(sentences, labels, strict=True)]
        assert np.mean(agree) == pytest.approx(0.5, abs=0.05)
    assert agreement.VERBS == ("was", "were")


def test_copy_task_repeats_after_the_lag():
    inputs, targets = datasets.copy_task(4, 3, 5, 8, RNG(0))
    assert inputs.shape == targets.shape == (11, 4)
    np.testing.assert_array_equal(targets[8:], inputs[:3])
    assert not targets[:8].any()
    assert np.all(inputs[7] == 9)
    assert not np.delete(inputs, [0, 1, 2, 7], axis=0).any()
    assert set(inputs[:3].ravel()) <= set(range(1, 9))
    short, _ = datasets.copy_task(4, 3, 1, 8, RNG(0))
    assert np.all(short[3] == 9)


def test_adding_task_adds_one_number_of_each_half():
    x, targets = datasets.adding_task(1000, 11, RNG(0))
    values, marks = x[..., 0], x[..., 1].astype(bool)
    assert np.all(marks[:5].sum(axis=0) == 1)
    assert np.all(marks[5:].sum(axis=0) == 1)
    np.testing.assert_allclose(targets[:, 0], (values * marks).sum(axis=0))
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, abs=0.02)


def read_film_clause(words):
    """Decide by the rule that the module documents."""
    joint = next(t for t, word in enumerate(words) if word in sentiment.JOINTS)
    clauses = [" ".join(words[:joint]), " ".join(words[joint + 1 :])]
    (clause,) = [c for c in clauses if c.startswith(tuple(sentiment.FILM))]
    return (clause.split()[-1] in sentiment.PRAISE) != (" not " in clause)


def test_label_is_what_is_said_of_the_film():
    reviews, labels = datasets.sentiment_reviews(500, RNG(0))
    assert [read_film_clause(words) for words in reviews] == labels.astype(bool).tolist()
    assert np.mean(labels) == pytest.approx(0.5, abs=0.08)
    assert np.mean(["not" in words for words in reviews]) == pytest.approx(0.75, abs=0.08)


def test_counting_words_cannot_tell_the_label():
    kinds = {word: "+" for word in sentiment.PRAISE} | {word: "-" for word in sentiment.BLAME}
    by_counts = {}
    for words, label in zip(*datasets.sentiment_reviews(4000, RNG(0)), strict=True):
        told = Counter(kinds.get(word, word) for word in words if word in kinds or word == "not")
        by_counts.setdefault(tuple(sorted(told.items())), []).append(label)
    best = sum(max(Counter(labels).values()) for labels in by_counts.values())
    assert best / 4000 < 0.7


def test_rare_events_stand_still_and_do_not_touch():
    values, events = datasets.sinusoids_with_rare_events(2000, 3, 6, RNG(0), 25, noise=0)
    runs = [list(run) for event, run in itertools.groupby(range(2000), events.item) if event]
    assert [len(run) for run in runs] == [25] * 6
    for run in runs:
        assert np.all(values[run] == values[run[0]])
    assert np.all(np.abs(np.diff(values[~events], axis=0)).max(axis=1) > 0)
    assert np.abs(values).max() <= 1


def test_series_without_events():
    values, events = datasets.sinusoids_with_rare_events(50, 2, 0, RNG(0))
    assert values.shape == (50, 2)
    assert not events.any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: datasets.agreement_sentences(0, 2, RNG(0)), "n_sentences is 0"),
        (lambda: datasets.copy_task(1, 2, 0, 8, RNG(0)), "lag is 0"),
        (lambda: datasets.adding_task(1, 1, RNG(0)), "n_steps is 1, expected at least 2"),
        (lambda: datasets.sentiment_reviews(0, RNG(0)), "n_reviews is 0"),
        (lambda: datasets.sinusoids_with_rare_events(50, 1, 3, RNG(0)), "do not fit into"),
        (lambda: datasets.sinusoids_with_rare_events(50, 0, 1, RNG(0)), "n_x is 0"),
        (lambda: datasets.imdb_reviews("all"), "part is 'all'"),
    ],
)
def test_bad_input_is_a_value_error_that_names_it(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# ---- downloaded: a server on this machine stands for the web ----

TEXT = ("First Citizen:\nBefore we proceed any further, hear me speak.\n" * 4000).encode()


class Web(ThreadingHTTPServer):
    """Serves one body; can cut connections, knows ranges, and notes what was asked of it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Page)
        self.body, self.cut_after, self.status, self.ranges = TEXT, None, 200, []
        self.knows_ranges = True

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/data/input.txt"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        web, asked = self.server, self.headers.get("Range")
        web.ranges.append(asked)
        if web.status != 200:
            return self.send_error(web.status)
        start = int(asked.split("=")[1].rstrip("-")) if asked and web.knows_ranges else 0
        if start and start >= len(web.body):
            return self.send_error(416)
        body = web.body[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: web.cut_after])
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Web() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def shakespeare(web, monkeypatch):
    checksum = hashlib.sha256(TEXT).hexdigest()
    source = online.TINY_SHAKESPEARE._replace(url=web.url, sha256=checksum)
    monkeypatch.setattr(online, "TINY_SHAKESPEARE", source)
    return web


def sentence(call, *words):
    """Return the one sentence of a download that failed."""
    with pytest.raises(datasets.DownloadError) as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    assert caught.value.__suppress_context__
    for word in words:
        assert word in said
    return said


def test_good_file_is_downloaded_once_with_progress(shakespeare, tmp_path, capsys, caplog):
    pooch.get_logger().addHandler(caplog.handler)  # it has no parent that would pass records on
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()
    pooch.get_logger().removeHandler(caplog.handler)
    assert "tiny Shakespeare: 100%" in capsys.readouterr().err
    assert caplog.records == []  # nothing else is said
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()
    assert shakespeare.ranges == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["input.txt"]


def test_folder_can_be_named_once_for_all(shakespeare, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RNN_DATA", str(tmp_path / "not yet there"))
    datasets.tiny_shakespeare()
    assert (tmp_path / "not yet there" / "input.txt").read_bytes() == TEXT


def test_corrupt_file_is_thrown_away(shakespeare, tmp_path):
    shakespeare.body = TEXT.replace(b"hear", b"fear", 1)
    words = ("its SHA-256 differs", shakespeare.url, "python_reference_text()")
    sentence(lambda: datasets.tiny_shakespeare(tmp_path), *words)
    assert list(tmp_path.iterdir()) == []
    shakespeare.body = TEXT
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()


def test_file_damaged_on_disk_is_downloaded_again(shakespeare, tmp_path):
    (tmp_path / "input.txt").write_text("half of it")
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_cut_download_continues_where_it_stopped(shakespeare, tmp_path, knows_ranges):
    shakespeare.cut_after, shakespeare.knows_ranges = 150_000, knows_ranges
    words = ("the connection was cut", "continues", "python_reference_text()")
    sentence(lambda: datasets.tiny_shakespeare(tmp_path), *words)
    assert not (tmp_path / "input.txt").exists()
    got = (tmp_path / "input.txt.part").stat().st_size
    assert 0 < got <= 150_000
    shakespeare.cut_after = None
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()
    assert shakespeare.ranges == [None, f"bytes={got}-"]
    assert [path.name for path in tmp_path.iterdir()] == ["input.txt"]


def test_complete_part_needs_no_more_bytes(shakespeare, tmp_path):
    (tmp_path / "input.txt.part").write_bytes(TEXT)
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()


def test_part_of_another_file_does_no_lasting_harm(shakespeare, tmp_path):
    (tmp_path / "input.txt.part").write_bytes(b"something else")
    sentence(lambda: datasets.tiny_shakespeare(tmp_path), "SHA-256 differs")
    assert datasets.tiny_shakespeare(tmp_path) == TEXT.decode()


def test_no_network(shakespeare, tmp_path, monkeypatch):
    with socket.socket() as closed:  # bound, so that nobody else listens there
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/input.txt"
        source = online.TINY_SHAKESPEARE._replace(url=url)
        monkeypatch.setattr(online, "TINY_SHAKESPEARE", source)
        words = ("there is no connection", url, "use python_reference_text()")
        sentence(lambda: datasets.tiny_shakespeare(tmp_path), *words)
    assert list(tmp_path.iterdir()) == []


def test_server_that_never_answers(shakespeare, tmp_path, monkeypatch):
    monkeypatch.setattr(online, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/input.txt"
        source = online.TINY_SHAKESPEARE._replace(url=url)
        monkeypatch.setattr(online, "TINY_SHAKESPEARE", source)
        sentence(lambda: datasets.tiny_shakespeare(tmp_path), "no answer within 0.2 s")


def test_server_that_refuses(shakespeare, tmp_path):
    shakespeare.status = 404
    sentence(lambda: datasets.tiny_shakespeare(tmp_path), "the server answered 404 Not Found")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written(shakespeare, tmp_path):
    (tmp_path / "file").touch()
    sentence(lambda: datasets.tiny_shakespeare(tmp_path / "file"), "file cannot be written: ")


def test_without_pooch_the_sentence_says_what_to_install(monkeypatch, tmp_path):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(online.importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match=r"pip install pooch tqdm.*python_reference_text"):
        datasets.tiny_shakespeare(tmp_path)


REVIEWS = {
    "train/pos/0_9.txt": "Great!<br />Really.",
    "train/neg/0_2.txt": "Not good – naïve.",
    "train/pos/10_7.txt": "Fine.",
    "train/neg/10_4.txt": "Meh.",
    "train/pos/9_8.txt": "Nice.",
    "train/neg/9_1.txt": "Awful.",
    "train/unsup/0_0.txt": "Nobody knows.",
    "test/pos/0_10.txt": "Best of all.",
    "train/urls_pos.txt": "http://",
}


def test_imdb_reviews_are_read_from_the_archive(web, monkeypatch, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in REVIEWS.items():
            info = tarfile.TarInfo(f"aclImdb/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    web.body = packed.getvalue()
    checksum = hashlib.sha256(web.body).hexdigest()
    monkeypatch.setattr(online, "IMDB", online.IMDB._replace(url=web.url, sha256=checksum))
    texts, labels = datasets.imdb_reviews("train", tmp_path)
    assert texts == [
        REVIEWS[f"train/{name}.txt"]
        for name in ("neg/0_2", "pos/0_9", "neg/9_1", "pos/9_8", "neg/10_4", "pos/10_7")
    ]
    assert labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert datasets.imdb_reviews("test", tmp_path)[0] == ["Best of all."]


NAMES = [f"variable {i} (unit)" for i in range(14)]
TABLE = "\n".join(
    [
        ",".join(["Date Time", *NAMES]),
        "01.02.2009 00:10:00," + ",".join(str(i + 0.5) for i in range(14)),
        "01.02.2009 00:20:00," + ",".join(["-9999.0", "-8.41"] + ["1"] * 12),
    ]
)


@pytest.fixture
def jena(web, monkeypatch):
    def pack(table):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("input.csv", table)
        web.body = packed.getvalue()

    web.pack = pack
    pack(TABLE)
    url = web.url.replace("input.txt", "input.csv.zip")
    monkeypatch.setattr(online, "JENA", online.JENA._replace(url=url))
    return web


def test_jena_weather_is_read_from_the_archive(jena, tmp_path):
    times, values, columns = datasets.jena_weather(tmp_path)
    assert [str(time) for time in times] == ["2009-02-01T00:10", "2009-02-01T00:20"]
    assert columns == NAMES
    np.testing.assert_array_equal(values[0], np.arange(14) + 0.5)
    assert np.isnan(values[1, 0])
    assert values[1, 1] == -8.41


def test_without_a_published_checksum_the_first_download_counts(jena, tmp_path):
    datasets.jena_weather(tmp_path)
    recorded = (tmp_path / "input.csv.zip.sha256").read_text().strip()
    assert recorded == hashlib.sha256(jena.body).hexdigest()
    (tmp_path / "input.csv.zip").unlink()
    datasets.jena_weather(tmp_path)  # the same again
    (tmp_path / "input.csv.zip").unlink()
    jena.pack(TABLE.replace("-8.41", "-8.42"))
    sentence(lambda: datasets.jena_weather(tmp_path), "SHA-256 differs", "seattle_weather()")


def test_a_page_instead_of_the_file_is_not_trusted(jena, tmp_path):
    jena.body = b"<html>Please log in to this network</html>"
    sentence(lambda: datasets.jena_weather(tmp_path), "is not that file", "seattle_weather()")
    assert list(tmp_path.iterdir()) == []
    jena.pack(TABLE)
    assert len(datasets.jena_weather(tmp_path).times) == 2


def test_the_known_files_are_named_in_full():
    for source in (online.TINY_SHAKESPEARE, online.IMDB, online.JENA):
        assert source.url.startswith("https://")
        assert source.sha256 is None or len(bytes.fromhex(source.sha256)) == 32
        assert source.instead.split("()")[0] in datasets.__all__
