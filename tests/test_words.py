"""Every shown word goes through the catalogues, and the Chinese ones are complete and well set."""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from shown import sentences, shown_literals

from resources.i18n.compile import FOLDER, CatalogueError, compile_language, fields, forms, merged, read
from resources.i18n.extract import Key, Word, english, missing, sources, unused, words

ROOT = FOLDER.parent.parent
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
HALF_WIDTH = re.compile(rf"[{HAN}][,:;!?(]|[,:;!?)][{HAN}]")
NO_SPACE = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%℃][{HAN}]")

# English words of the glossary that mean something else where we show them: the word, and why.
OTHER_MEANING: dict[str, str] = {
    "fault": "the record of it is 故障 in every sentence; the glossary's 故障状态 names the state of a machine",
    "issue": "what a person takes from the store is 领用 (LOOK.md, section 12)",
    "reorder point": "one word, 补货点, on screen and paper (LOOK.md, section 12)",
}
# Chinese texts that may stand without a space or with half-width signs: the text, and why.
SET_OTHERWISE: dict[str, str] = {}
# Chinese characters that are meant to stand in the code: the file, and why.
CHINESE_IN_CODE = {
    "app/words.py": "each language's name is written in that language",
    "app/fields.py": "yes and no are understood as people write them in a table",
    "app/reports/capitals.py": "the capital figures of amounts in yuan",
    "app/search.py": "the range of Chinese characters, which are indexed one by one",
    "app/inventory/signs.py": "the measure words of things that are counted in whole pieces",
    "ui/demo.py": "a stranger's file has Chinese headings and contents",
    "ui/story.py": "the technician of the story writes his remark in Chinese",
    "ui/two_laptops.py": "two people of the story write their remarks in Chinese",
    "app/values.py": "a date is understood as people write it, 2026年11月22日",
}


@cache
def found() -> dict[Key, Word]:
    return words()


@cache
def chinese() -> tuple[Message, ...]:
    return tuple(message for message in merged("zh_CN") if message.id)


# --- the catalogues ---


def test_every_word_has_its_chinese() -> None:
    absent = [f"{word.place}: {word.id!r} ({word.domain}.po)" for word in missing(found())]
    assert not absent, "make words adds them to the catalogues; then translate:\n" + "\n".join(absent)


def test_no_translation_is_empty() -> None:
    assert not [message.id for message in chinese() if not all(forms(message.string)) or not message.string]


def test_no_translation_is_fuzzy() -> None:
    assert not [message.id for message in chinese() if message.fuzzy]


def test_no_translation_is_left_over() -> None:
    assert not unused(found()), "nobody says these words any more: remove them"


def test_english_catalogues_are_the_words_of_the_code() -> None:
    wanted = english(found())
    stale = [
        path.name
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    stale += [path.name for path in (FOLDER / "en").glob("*.po") if path not in wanted]
    assert not stale, "make words"


@pytest.mark.parametrize("code", ["zh_CN", "en"])
def test_catalogues_agree_and_keep_their_fields(code: str) -> None:
    merged(code)


def test_chinese_punctuation_is_full_width() -> None:
    bad = [
        text
        for text in _chinese_texts()
        if HALF_WIDTH.search(_without_fields(text)) and text not in SET_OTHERWISE
    ]
    assert not bad


def test_space_between_chinese_and_latin() -> None:
    bad = [
        text
        for text in _chinese_texts()
        if NO_SPACE.search(_without_fields(text)) and text not in SET_OTHERWISE
    ]
    assert not bad


def _chinese_texts() -> Iterator[str]:
    return (form for message in chinese() for form in forms(message.string))


def _without_fields(text: str) -> str:
    return re.sub(r"\{[^{}]*\}", "\ufffc", text)


# --- the glossary ---


def glossary() -> dict[str, set[str]]:
    """The English terms in small letters, without their explanations in brackets, and their Chinese words."""
    terms: dict[str, set[str]] = {}
    with (FOLDER / "glossary.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            words_of_term = {_bare(part) for part in row["zh_hans"].split("/")} | {_bare(row["zh_hans"])}
            terms.setdefault(_bare(row["english"]).lower(), set()).update(words_of_term)
    return terms


def _bare(text: str) -> str:
    return re.sub(r"\s*[((][^))]*[))]", "", text).strip()


def test_terms_are_those_of_the_glossary() -> None:
    terms = glossary()
    wrong = [
        f"{message.id!r}: {string} (glossary: {' / '.join(sorted(terms[term]))})"
        for message in chinese()
        if not message.context
        for term, string in [(forms(message.id)[0].lower(), forms(message.string)[0])]
        if term in terms and string not in terms[term] and term not in OTHER_MEANING
    ]
    assert not wrong


def test_exceptions_are_still_needed() -> None:
    ids = {form.lower() for message in chinese() for form in forms(message.id)}
    assert not [term for term in OTHER_MEANING if term not in ids]
    assert not [text for text in SET_OTHERWISE if text not in set(_chinese_texts())]


# --- words outside the catalogues ---


def code() -> list[Path]:
    return [path for path in sources() if path.relative_to(ROOT).parts[0] in {"app", "ui"}]


def test_no_shown_word_bypasses_the_catalogue() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{line} {text!r}"
        for path in code()
        for line, text in shown_literals(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not bare, "put _() or N_() around:\n" + "\n".join(bare)


def test_no_sentence_stands_in_a_page_unmarked() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{line} {text!r}"
        for path in code()
        for line, text in sentences(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not bare, "put _() or N_() around, or say it to the log:\n" + "\n".join(bare)


def test_no_chinese_in_the_code() -> None:
    """English is the message id; comments and docstrings may name a term in brackets."""
    bare = [
        f"{place}:{line} {text!r}"
        for path in code()
        if (place := path.relative_to(ROOT).as_posix()) not in CHINESE_IN_CODE
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if re.search(f"[{HAN}]", text)
    ]
    assert not bare


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node.lineno, node.value


# --- the tools themselves ---


@pytest.mark.parametrize(
    "source",
    [
        'label.setText("Save")',
        'QLabel("Nothing is due")',
        'QLabel(f"{n} parts")',
        'button("Save")',
        'Column("code", title="Code")',
        'raise AppError("The file is gone.")',
        'menu.addAction("Print" if ready else _("Wait"))',
        'label.setText(_("Done") + ": all")',
        'label.setText("{} parts".format(n))',
    ],
)
def test_lint_finds_a_bare_word(source: str) -> None:
    assert list(shown_literals(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        'label.setText(_("Save"))',
        'QLabel(f"{n} × {m}")',
        'Column("code", N_("Code"), icon="arrow-up")',
        'Column("due_on", title=TITLE)',
        'raise AppError(N_("The file is gone."))',
        'box.addItem(_("All"), "all")',
        'label.setText("—")',
        'label.setText(words["Save"])',
        'label.setObjectName("Title")',
    ],
)
def test_lint_lets_marked_words_and_codes_pass(source: str) -> None:
    assert not list(shown_literals(ast.parse(source)))


def write(folder: Path, name: str, *entries: str) -> None:
    path = folder / "zh_CN" / name
    path.parent.mkdir(exist_ok=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    path.write_text("\n".join([header, *entries]), encoding="utf-8")


def test_same_word_with_two_translations_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.po", 'msgid "Part"\nmsgstr "备件"\n')
    write(tmp_path, "b.po", 'msgid "Part"\nmsgstr "零件"\n')
    with pytest.raises(CatalogueError, match="translated differently"):
        compile_language("zh_CN", tmp_path)
    assert not list(tmp_path.rglob("*.mo"))


def test_translation_counts_wherever_it_stands(tmp_path: Path) -> None:
    write(tmp_path, "a.po", 'msgid "Part"\nmsgstr ""\n')
    write(tmp_path, "b.po", 'msgid "Part"\nmsgstr "备件"\n')
    write(tmp_path, "c.po", 'msgid "Part"\nmsgstr ""\n', 'msgctxt "role"\nmsgid "Part"\nmsgstr "角色"\n')
    said = {message.context: message.string for message in merged("zh_CN", tmp_path) if message.id}
    assert said == {None: "备件", "role": "角色"}


def test_wrong_field_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.po", 'msgid "{done} of {total}"\nmsgstr "{total} 中 {don}"\n')
    with pytest.raises(CatalogueError, match="fields"):
        compile_language("zh_CN", tmp_path)


def test_plural_with_its_own_fields_is_accepted(tmp_path: Path) -> None:
    write(tmp_path, "a.po", 'msgid "one part"\nmsgid_plural "{n} parts"\nmsgstr[0] "{n} 个备件"\n')
    compiled = compile_language("zh_CN", tmp_path)
    assert [message.string for message in read(compiled.parent.parent / "a.po")] == [("{n} 个备件",)]


def test_fields_of_a_text() -> None:
    assert fields("{a} {b:>3} {c!r} {{d}}") == {"a", "b", "c", "d"}
