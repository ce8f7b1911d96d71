"""The sentence about a text that the model can hardly read."""

from __future__ import annotations

import pytest

from qna_widget.core.readable import reading_trouble
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.models import files, registry

SCRIPT = "Most of this text is in a script that the model can hardly read"
LANGUAGE = "This text seems to be in a language that the model has not learnt"
TEXTS = {
    "German": (
        LANGUAGE,
        "Der Mieter zahlt eine monatliche Miete von 940 Euro, die am dritten Werktag eines jeden "
        "Monats fällig ist. Eine Kaution von drei Monatsmieten ist vor der Übergabe zu zahlen.",
    ),
    "French": (
        LANGUAGE,
        "Le locataire paie un loyer mensuel de 940 euros, dû le troisième jour ouvrable de chaque "
        "mois. Une caution de trois mois de loyer est versée avant la remise des clés.",
    ),
    "Spanish": (
        LANGUAGE,
        "El inquilino paga una renta mensual de 940 euros, que vence el tercer día hábil de cada "
        "mes. Antes de la entrega de las llaves se paga una fianza de tres meses.",
    ),
    "Russian": (SCRIPT, "Арендатор платит ежемесячную арендную плату в размере 940 евро."),
    "Chinese": (
        SCRIPT,
        "租客每月支付租金九百四十欧元，于每月第三个工作日到期。交付钥匙之前须支付押金。",
    ),
    "Arabic": (SCRIPT, "يدفع المستأجر إيجارا شهريا قدره تسعمائة وأربعون يورو في اليوم الثالث."),
    "English": (
        "",
        "The tenant pays a monthly rent of 940 euros, due on the third working day of each month. "
        "A deposit of three months' rent is paid before the keys are handed over.",
    ),
    "an English list": (
        "",
        "Ingredients: 500 g flour, 350 ml water, 10 g salt, 100 g starter. Mix flour, water, salt. "
        "Rest 30 min. Fold four times. Bake 40 min, 230 °C. Cool, slice, serve warm. Butter.",
    ),
    "code": (
        "",
        "pip install qna\nfrom qna_widget import QnA\nw = QnA(passage, question)\nw.answers\n"
        "Build: npm ci && npm run build; make check. Requires Python, node, esbuild, vitest, mypy.",
    ),
    "foreign names": (
        "",
        "Jean de la Tour, Maria da Silva, Ludwig van der Berg and Hans von und zu Stein met in the "
        "house of the count, and they spoke of wine and of the weather with the others.",
    ),
    "a few foreign letters": ("", "The word мир means peace and also world, and 平和 means peace."),
}


@pytest.mark.parametrize("name", TEXTS)
def test_one_sentence_where_it_is_due(name: str) -> None:
    tokenizer = Tokenizer(files.read_vocab(registry.resolve("bundled").vocab))
    begins, text = TEXTS[name]
    said = reading_trouble(text, tokenizer.encode(text), tokenizer.unk_id)
    assert said.startswith(begins)
    assert bool(said) == bool(begins)
