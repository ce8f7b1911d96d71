"""Recipes: what they may say, and those of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.config import SourceConfig, load_config


def test_a_recipe_asks_about_sources_above_it(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    about = '[[source]]\nname = "more"\npath = "more"\nabout = ["a"]\n'
    a = '[[source]]\nname = "a"\npath = "a.json"\n'
    stage = '[[stage]]\nname = "s"\nsteps = 1\nlearning_rate = 1e-4\nshares = { a = 1 }\n'
    path.write_text(a + about + stage, encoding="utf-8")
    assert load_config(path).sources[1].about == ("a",)
    path.write_text(about + a + stage, encoding="utf-8")
    with pytest.raises(ValueError, match=r"'more' asks about \['a'\]; above it are \[\]"):
        load_config(path)


def test_the_recipe_loads() -> None:
    path = Path(__file__).parents[3] / "training" / "recipe.toml"
    assert load_config(path).stages[0].name == "long"


def test_a_recipe_takes_the_sources_of_another() -> None:
    folder = Path(__file__).parents[3] / "training"
    own, teachers = (load_config(folder / f"{name}.toml") for name in ("recipe", "teacher"))
    assert teachers.sources == own.sources
    assert teachers.validation == own.validation == ("squad/validation.json", "everyday/validation")
    assert [stage.name for stage in teachers.stages] == ["answer", "refuse", "both", "addresses"]
    assert teachers.frozen_layers == 4
    further = load_config(folder / "teacher-further.toml")
    assert [stage.name for stage in further.stages] == ["again", "fall", "wide", "wider"]


@pytest.mark.parametrize(
    ("name", "with_states"),
    [
        ("taught", []),
        ("taught-again", []),
        ("taught-states", ["taught", "fall"]),
        ("taught-further", ["taught", "more", "fall"]),
        ("taught-wide", ["taught"]),
        ("touch", []),
        ("whole", []),
        ("lines", []),
        ("laid-out", []),
    ],
)
def test_the_recipes_of_pupils_load(name: str, with_states: list[str]) -> None:
    pupil = load_config(Path(__file__).parents[3] / "training" / f"{name}.toml")
    assert [stage.name for stage in pupil.stages if stage.with_states] == with_states
    taught = name not in ("touch", "whole", "lines", "laid-out")
    assert all(stage.taught == taught for stage in pupil.stages)


def test_a_stage_takes_the_shares_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    source = '[[source]]\nname = "a"\npath = "a.json"\n'
    stage = '[[stage]]\nname = "{}"\nsteps = 1\nlearning_rate = 1e-4\n{}'
    first = stage.format("first", "shares = { a = 0.5 }\n")
    path.write_text(source + first + stage.format("next", "") + stage.format("last", ""))
    assert [one.shares for one in load_config(path).stages] == [{"a": 0.5}] * 3
    path.write_text(source + stage.format("first", "") + first)
    with pytest.raises(ValueError, match=r"a table lacks \['shares'\]"):
        load_config(path)


@pytest.mark.parametrize("text", ["", "sede = 1\n[[stage]]\n[[source]]\n", "[[stage]]\n"])
def test_a_recipe_with_unknown_names_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="recipe"):
        load_config(path)


@pytest.mark.parametrize(
    "line", ["readings = 0", "steps = -1", "mask_share = 1.2", "join_share = -0.1"]
)
def test_a_number_out_of_its_range_is_named(tmp_path: Path, line: str) -> None:
    values = {"name": '"s"', "steps": "1", "learning_rate": "1e-4", "shares": "{ a = 2.5 }"}
    path = tmp_path / "recipe.toml"
    source = '[[source]]\nname = "a"\npath = "a.json"\n[[stage]]\n'

    def write(**changed: str) -> None:
        lines = "".join(f"{name} = {value}\n" for name, value in (values | changed).items())
        path.write_text(source + lines, encoding="utf-8")

    write()
    assert load_config(path).stages[0].shares == {"a": 2.5}
    name, _, value = line.partition(" = ")
    write(**{name: value})
    with pytest.raises(ValueError, match=f"'s' has {{'{name}': {value}}}"):
        load_config(path)
    write(shares="{ a = -0.5 }")
    with pytest.raises(ValueError, match=r"'s' has \{'a': -0.5\}"):
        load_config(path)


def test_a_sources_share_is_less_than_all_of_it() -> None:
    with pytest.raises(ValueError, match=r"'a' has telltale_share 1\.0: give at least 0"):
        SourceConfig("a", "a.json", telltale_share=1.0)


def test_a_share_of_an_unknown_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        '[[source]]\nname = "a"\npath = "a.json"\n[[stage]]\nname = "s"\nsteps = 1\n'
        "learning_rate = 1e-4\nshares = { b = 1 }\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=r"shares of \['b'\]; sources are \['a'\]"):
        load_config(path)
