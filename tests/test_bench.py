"""The benchmarks measure what they say: noise, truth, what was lost, and which figures are kept."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from bench import common, indexing, million, plots


@pytest.fixture
def parents() -> million.Floats:
    vectors = np.random.default_rng(3).standard_normal((300, 48)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_the_noise_makes_the_median_cosine_090(parents: million.Floats) -> None:
    ids, vectors = next(million.blocks(parents, million.noise_for(parents), 20_000))
    assert ids.tolist() == list(range(20_000)) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    nearest = (vectors @ parents.T).max(axis=1)  # with few parents in many dimensions, the parent
    assert float(np.median(nearest)) == pytest.approx(0.90, abs=0.005)


def test_a_larger_base_begins_with_a_smaller_one(parents: million.Floats) -> None:
    small = np.concatenate([vectors for _, vectors in million.blocks(parents, 0.05, 700)])
    large = np.concatenate([vectors for _, vectors in million.blocks(parents, 0.05, 60_000)])
    assert len(large) == 60_000 and np.array_equal(large[:700], small)


def test_truth_is_the_exact_scan_with_and_without_masks(parents: million.Floats) -> None:
    queries, count = parents[:7], 60_000
    base = np.concatenate([vectors for _, vectors in million.blocks(parents, 0.05, count)])
    exact = np.argsort(-(queries @ base.T), axis=1, kind="stable")[:, :10]
    assert np.array_equal(million.truth(parents, 0.05, count, queries)["all"], exact)
    masks = million.masks(count, np.unique(exact))
    assert not masks["removed"][exact].any() and masks["removed"].mean() > 0.98
    for name, found in million.truth(parents, 0.05, count, queries, masks).items():
        products = np.where(masks[name], queries @ base.T, -np.inf)
        assert np.array_equal(found, np.argsort(-products, axis=1, kind="stable")[:, :10])


def test_recall_counts_the_true_ten() -> None:
    assert million.recall([[1, 2, 9], []], np.array([[1, 2, 3], [4, -1, -1]])) == pytest.approx(2 / 4)


def test_only_the_agreed_figures_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "OUT", tmp_path)
    monkeypatch.setattr(common, "RESULTS", tmp_path / "results.json")
    common.save("million", {"runs": []}, {"million_p95_ms": 1.5})
    common.save("indexing", {}, {"indexing_speedup_vs_stock": 2.0})
    kept = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert list(kept) == ["indexing_speedup_vs_stock", "million_p95_ms"]
    assert kept["million_p95_ms"]["value"] == 1.5
    assert all(set(one) == {"value", "commit", "machine"} for one in kept.values())
    with pytest.raises(AssertionError):
        common.save("million", {}, {"million": 1.0})


def test_results_in_the_repository_are_of_the_agreed_form() -> None:
    if not common.RESULTS.is_file():
        pytest.skip("make bench-quick has not been run yet")
    kept = json.loads(common.RESULTS.read_text(encoding="utf-8"))
    assert list(kept) == list(common.MAIN)
    assert all(set(one) == {"value", "commit", "machine"} for one in kept.values())


def test_reports_are_taken_evenly(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}.txt").write_text("x", encoding="utf-8")
    assert [path.stem for path in indexing.reports(tmp_path, 4)] == ["00", "05", "10", "15"]
    assert len(indexing.reports(tmp_path, 50)) == 20


def test_a_plot_is_whole() -> None:
    bars = [("one", 2.0, "2 s", plots.OURS), ("two", 0.0, "0 s", plots.OTHER)]
    root = ElementTree.fromstring(plots.svg("Title", [("a group", bars)], "a note"))
    assert "2 s" in "".join(root.itertext())
    widths = [
        float(one.attrib["width"])
        for one in root.iter()
        if one.attrib.get("fill") in (plots.OURS, plots.OTHER)
    ]
    assert widths == [330, 1]
