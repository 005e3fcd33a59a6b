package dev.purser.web;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** Rows as comma-separated values (RFC 4180). */
final class Csv {
  private static final String LINE_END = "\r\n";

  private Csv() {}

  static String of(List<List<String>> rows) {
    return rows.stream().map(Csv::line).collect(joining());
  }

  /** One row, with the end of its line. */
  static String line(List<String> row) {
    return row.stream().map(Csv::cell).collect(joining(",", "", LINE_END));
  }

  /** A spreadsheet would run a text that begins like a formula: an apostrophe keeps it a text. */
  private static String cell(String text) {
    String safe =
        !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 && !isNumber(text)
            ? "'" + text
            : text;
    return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? "\"" + safe.replace("\"", "\"\"") + "\""
        : safe;
  }

  private static boolean isNumber(String text) {
    return text.matches("-?[0-9]+(\\.[0-9]+)?");
  }
}
