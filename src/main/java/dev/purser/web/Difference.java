package dev.purser.web;

import java.util.List;
import java.util.stream.Stream;

/**
 * A field that somebody else has changed while a form was open.
 *
 * @param field as the form names it
 * @param yours what the form has, in words
 * @param theirs what is saved by now
 */
public record Difference(String field, String yours, String theirs) {
  /** Those that differ. */
  static List<Difference> among(Difference... fields) {
    return Stream.of(fields).filter(each -> !each.yours.equals(each.theirs)).toList();
  }
}
