package dev.purser.web;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.regex.Pattern;

/** Rows as comma-separated values (RFC 4180), as spreadsheets open them. */
final class Csv {
  private static final String LINE_END = "\r\n";

  /** Says that it is UTF-8: without it, Excel takes it for the machine's old encoding. */
  private static final String UTF_8_MARK = "\ufeff";

  /**
   * What begins a formula: the four signs, and the forms of them (full-width, small, superscript,
   * subscript) that a spreadsheet may take for the same.
   */
  private static final String FORMULA =
      "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b\u2212";

  /** Where another separator than ours would begin a cell, before what begins a formula. */
  private static final Pattern BEHIND_SEPARATOR =
      Pattern.compile("([;\t\r\n][\\s\"]*)(?=[" + Pattern.quote(FORMULA) + "])");

  private Csv() {}

  static String of(List<List<String>> rows) {
    return rows.stream().map(Csv::line).collect(joining("", UTF_8_MARK, ""));
  }

  /** The beginning of a file whose further lines follow. */
  static String start(List<String> head) {
    return UTF_8_MARK + line(head);
  }

  /** One row, with the end of its line. */
  static String line(List<String> row) {
    return row.stream().map(Csv::cell).collect(joining(",", "", LINE_END));
  }

  /**
   * A spreadsheet would run a text that begins like a formula: an apostrophe keeps it a text. Those
   * that split rows at semicolons begin a cell behind each of ours, quotes or not.
   */
  private static String cell(String text) {
    String inside = BEHIND_SEPARATOR.matcher(text).replaceAll("$1'");
    String safe =
        !text.isEmpty() && (FORMULA + "\t\r\n").indexOf(text.charAt(0)) >= 0 && !isNumber(text)
            ? "'" + inside
            : inside;
    return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? "\"" + safe.replace("\"", "\"\"") + "\""
        : safe;
  }

  private static boolean isNumber(String text) {
    return text.matches("-?[0-9]+(\\.[0-9]+)?");
  }
}
