#!/usr/bin/env python3
"""Makes the fixtures of this folder; every name and number in them is invented.

    pip install xlwt pyarrow openpyxl msoffcrypto-tool && python3 make.py

`office.xls` is what LibreOffice makes of `plain.xls` (results of formulas computed and saved) where `soffice`
is there; the others need Python only. The files are kept, so that the tests need none of this.
"""

import datetime
import decimal
import os
import shutil
import struct
import subprocess
import tempfile

import xlwt
from xlwt.CompoundDoc import XlsDoc

HERE = os.path.dirname(os.path.abspath(__file__))


def style(code):
    return xlwt.easyxf(num_format_str=code)


def path(name):
    return os.path.join(HERE, name)


def plain(since_1904):
    """A register as an office keeps it: titles, merged cells, every kind of value."""
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = since_1904
    sheet = book.add_sheet("名录")
    sheet.write_merge(0, 0, 0, 5, "检查对象名录（虚构）")
    for column, name in enumerate(["名称", "代码", "日期", "类型", "证号", "姓名"]):
        sheet.write(2, column, name)
    day = datetime.date(2026, 8, 3)
    moment = datetime.datetime(2026, 8, 3, 9, 30, 15)
    rows = [
        ("甲公司", 330106000000001.0, (day, "yyyy-mm-dd"), "企业", (123, "000000"), 1),
        ("乙公司", 9.13301067046659e17, (day, 'yyyy"年"m"月"d"日"'), None, (0.03, "0%"), 1.5),
        ("丙公司 Ω", 12, (moment, "yyyy/m/d h:mm"), "场所", (0.035, "0.0%"), -7),
        ("丁公司", 0.29, (0.5, "h:mm"), "设备", (1234567, "000000"), 20000000),
    ]
    for line, row in enumerate(rows, 3):
        for column, cell in enumerate(row):
            if isinstance(cell, tuple):
                sheet.write(line, column, cell[0], style(cell[1]))
            elif cell is not None:
                sheet.write(line, column, cell)
    sheet.merge(3, 4, 3, 3)
    sheet.row(7).set_cell_boolean(0, True)
    sheet.row(7).set_cell_error(1, 0x2A)
    for column, formula in enumerate(["1+2", '"甲"&"乙"', "1/0", "1=1", '""'], 2):
        sheet.write(7, column, xlwt.Formula(formula))
    hidden = book.add_sheet("隐藏")
    hidden.visibility = 1
    hidden.write(0, 0, "名称")
    return book


def long_strings():
    """Shared strings over many CONTINUE records: narrow, wide and rich ones, cut at every place."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("长")
    sheet.write(0, 0, "名称")
    sheet.write(0, 1, "代码")
    bold = xlwt.easyfont("bold true")
    for line in range(1, 31):
        wide = "".join(chr(0x4E00 + (line * 977 + n * 31) % 20000) for n in range(line * 11))
        sheet.write(line, 0, wide)
        sheet.write(line, 1, f"n{line}-" + "x" * (line * 7))
    sheet.write_rich_text(31, 0, (("粗", bold), "细" * 300))
    sheet.write(31, 1, "y" * 9000)
    return book


def record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def biff5(page, texts, encoding):
    """A workbook of Excel 95 by hand: one sheet of labels in a code page, a number and a formula of text."""

    def by8(text):
        data = text.encode(encoding)
        return bytes([len(data)]) + data

    def label(row, column, text):
        data = text.encode(encoding)
        return record(0x0204, struct.pack("<HHHH", row, column, 0, len(data)) + data)

    def globals_(at):
        head = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 0))
        head += record(0x0042, struct.pack("<H", page))
        head += record(0x041E, struct.pack("<H", 164) + by8("000000"))
        for number_format in [0, 164, 9, 14]:
            head += record(0x00E0, struct.pack("<HH", 0, number_format) + bytes(12))
        return head + record(0x0085, struct.pack("<IBB", at, 0, 0) + by8("名录")) + record(0x000A)

    sheet = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 0))
    sheet += record(0x0200, struct.pack("<HHHHH", 0, len(texts) + 1, 0, 3, 0))
    for row, (name, number, number_format) in enumerate(texts):
        sheet += label(row, 0, name)
        if isinstance(number, str):
            sheet += label(row, 1, number)
        else:
            sheet += record(0x0203, struct.pack("<HHHd", row, 1, number_format, number))
    # Results of formulas: text in a record of its own, truth, an error, empty text, and text that is missing.
    results = [b"\0\0\0", b"\1\0\1", b"\2\0\x17", b"\3\0\0", b"\0\0\0"]
    for row, result in enumerate(results, len(texts)):
        head = struct.pack("<HHH", row, 0, 0) + result + b"\0\0\0\xff\xff" + bytes(6)
        sheet += record(0x0006, head + struct.pack("<H", 3) + b"\x17\x01a")
        if row == len(texts):
            data = "公式".encode(encoding)
            sheet += record(0x0207, struct.pack("<H", len(data)) + data)
    sheet += record(0x000A)
    stream = globals_(len(globals_(0))) + sheet
    return compound(stream, "Book")


def compound(stream, name):
    """A compound file with this stream."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "f")
        XlsDoc().save(file, stream)
        with open(file, "rb") as made:
            data = made.read()
    entry = lambda text: text.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(text) + 2)
    old = entry("Workbook")
    assert data.count(old) == 1
    return data.replace(old, entry(name))


def encrypted(book):
    """The same workbook with a FILEPASS record in front: what follows would be encrypted."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "f")
        book.save(file)
        stream = book.get_biff_data()
    bof = 4 + struct.unpack_from("<H", stream, 2)[0]
    password = record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    return compound(stream[:bof] + password + stream[bof:], "Workbook")


def protected_xlsx():
    """A workbook that takes a password to open, in the container of `.xls`."""
    import io

    import msoffcrypto.format.ooxml
    import openpyxl

    book, plain, locked = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["名称", "代码"])
    book.save(plain)
    plain.seek(0)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("password", locked)
    return locked.getvalue()


def write(name, data):
    with open(path(name), "wb") as file:
        file.write(data)


def parquet():
    """Every physical type, and the logical ones that registers use."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    day = datetime.date(2026, 8, 3)
    moment = datetime.datetime(2026, 8, 3, 9, 30, 15)
    midnight = datetime.datetime(2026, 8, 2, 16, 0, tzinfo=datetime.timezone.utc)
    cent = decimal.Decimal
    columns = [
        ("名称", pa.string(), ["甲公司", None, ""]),
        ("代码", pa.large_string(), ["91350100M000100Y43", "=1+1", None]),
        ("bool", pa.bool_(), [True, False, None]),
        ("i8", pa.int8(), [-128, 127, None]),
        ("u8", pa.uint8(), [0, 255, None]),
        ("i32", pa.int32(), [-(2**31), 7, None]),
        ("u32", pa.uint32(), [0, 2**32 - 1, None]),
        ("i64", pa.int64(), [-(2**63), 330106000000001, None]),
        ("u64", pa.uint64(), [0, 2**64 - 1, None]),
        ("f32", pa.float32(), [0.1, 3.0, None]),
        ("f64", pa.float64(), [0.1, 330106000000001.0, None]),
        ("day", pa.date32(), [day, datetime.date(1969, 12, 31), None]),
        ("ms", pa.timestamp("ms"), [moment, datetime.datetime(1949, 10, 1), None]),
        ("us", pa.timestamp("us"), [moment, moment.replace(microsecond=5), None]),
        ("ns", pa.timestamp("ns"), [moment, moment, None]),
        ("utc", pa.timestamp("us", tz="UTC"), [midnight, midnight, None]),
        ("time", pa.time32("ms"), [moment.time(), datetime.time(0, 0), None]),
        ("d9", pa.decimal128(9, 2), [cent("3.50"), cent("-0.05"), None]),
        ("d18", pa.decimal128(18, 0), [cent("330106000000001"), cent(0), None]),
        ("d38", pa.decimal128(38, 3), [cent("-12345678901234567890.123"), cent(1), None]),
        ("bytes", pa.binary(), ["乙".encode(), b"x", None]),
        ("dict", pa.dictionary(pa.int8(), pa.string()), ["企业", "企业", None]),
    ]
    table = pa.table({name: pa.array(values, kind) for name, kind, values in columns})
    pq.write_table(table, path("types.parquet"), row_group_size=2, store_decimal_as_integer=False)
    nested = pa.table({"名称": ["甲"], "标签": [["a", "b"]], "地址": [{"区": "某区"}]})
    pq.write_table(nested, path("nested.parquet"), compression="zstd")
    old = pa.table({"名称": ["甲"], "时刻": pa.array([midnight], pa.timestamp("ns"))})
    pq.write_table(old, path("int96.parquet"), use_deprecated_int96_timestamps=True, compression="gzip")


def main():
    plain(False).save(path("plain.xls"))
    plain(True).save(path("since_1904.xls"))
    long_strings().save(path("long.xls"))
    texts = [("名称", "代码", 0), ("甲公司", 123.0, 1), ("乙公司", 0.03, 2), ("丙公司", 46237.0, 3)]
    write("gbk.xls", biff5(936, texts, "gbk"))
    write("gbk_called_western.xls", biff5(1252, texts, "gbk"))
    write("protected.xls", encrypted(plain(False)))
    write("protected.xlsx", protected_xlsx())
    if shutil.which("soffice"):
        with tempfile.TemporaryDirectory() as folder:
            command = ["soffice", "--headless", "--convert-to", "xls:MS Excel 97", "--outdir", folder]
            subprocess.run(command + [path("plain.xls")], check=True, stdout=subprocess.DEVNULL)
            shutil.move(os.path.join(folder, "plain.xls"), path("office.xls"))
    parquet()


if __name__ == "__main__":
    main()
