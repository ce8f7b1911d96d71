"""Writes what transformers 4.57.6's "question-answering" pipeline answers with the tiny BERT.

Run it in an environment of its own:

    pip install -r benchmarks/transformers/requirements.txt
    python tests/parity/make_pipeline_fixture.py

The questions are those of tests/texts/questions.json and made-up ones in the words that the tiny
vocabulary knows, so that pieces of words, repeated answers and both cases of a letter occur.
"""

import json
import random
import warnings
from pathlib import Path

import transformers
from transformers import BertForQuestionAnswering, BertTokenizerFast, pipeline

TESTS = Path(__file__).parents[1]
TINY = TESTS / "parity" / "tiny_bert"
TARGET = TESTS / "parity" / "fixtures" / "pipeline.json"
WORDS = ["the", "The", "who", "cat", "cats", "Cats", "dog", "dogs", "sat", "saw", "mat", "a", "."]
MAX_SEQ_LEN, DOC_STRIDE = 24, 4


def texts() -> list[tuple[str, str]]:
    rng = random.Random(3)
    data = json.loads((TESTS / "texts" / "questions.json").read_text(encoding="utf-8"))["data"]
    real = [
        (qa["question"], paragraph["context"][:400])
        for article in data
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
        if len(qa["question"].split()) < 10
    ]
    made = [
        (" ".join(rng.choices(WORDS, k=rng.randint(1, 8))) + "?",
         " ".join(rng.choices(WORDS, k=rng.randint(1, 40))))
        for _ in range(40)
    ]  # fmt: skip
    # Repeated texts, whose probabilities add up; short questions, which leave room for long
    # answers.
    made += [("who", "cat " * 40)]
    made += [
        (
            rng.choice(WORDS),
            " ".join([*rng.choices(WORDS, k=rng.randint(1, 3))] * rng.randint(8, 30)),
        )
        for _ in range(9)
    ]
    made += [(rng.choice(WORDS), " ".join(rng.choices(WORDS, k=20))) for _ in range(30)]
    return rng.sample(real, 20) + made


def main() -> None:
    assert transformers.__version__ == "4.57.6", transformers.__version__
    warnings.simplefilter("ignore")
    tokenizer = BertTokenizerFast(vocab_file=str(TINY / "vocab.txt"), do_lower_case=True)
    model = BertForQuestionAnswering.from_pretrained(TINY, attn_implementation="eager")
    qa = pipeline("question-answering", model=model, tokenizer=tokenizer, device=-1)
    rng = random.Random(4)
    cases = []
    for question, passage in texts():
        options = {
            "top_k": rng.choice([1, 1, 3]),
            "handle_impossible_answer": rng.random() < 0.4,
            "align_to_words": rng.random() < 0.7,
        }
        answer = qa(
            question=question, context=passage, max_seq_len=MAX_SEQ_LEN, doc_stride=DOC_STRIDE,
            **options,
        )  # fmt: skip
        cases.append(
            {"question": question, "passage": passage, "options": options, "answer": answer}
        )
    fixture = {
        "made_by": f"transformers {transformers.__version__}",
        "max_seq_len": MAX_SEQ_LEN,
        "doc_stride": DOC_STRIDE,
        "cases": cases,
    }
    TARGET.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
