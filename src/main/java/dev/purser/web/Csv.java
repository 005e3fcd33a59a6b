package dev.purser.web;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.regex.Pattern;

/** Rows as comma-separated values (RFC 4180). */
final class Csv {
  private static final String LINE_END = "\r\n";

  /** Where another separator than ours would begin a cell, before what begins a formula. */
  private static final Pattern BEHIND_SEPARATOR = Pattern.compile("([;\t\r\n][\\s\"]*)(?=[=+@-])");

  private Csv() {}

  static String of(List<List<String>> rows) {
    return rows.stream().map(Csv::line).collect(joining());
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
        !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 && !isNumber(text)
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
