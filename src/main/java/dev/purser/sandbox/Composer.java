package dev.purser.sandbox;

import dev.purser.sandbox.Ask.Tool;
import dev.purser.sandbox.Draft.Stop;
import dev.purser.sandbox.Draft.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Makes up answers: always the same one to the same request. A token is a word. */
final class Composer {
  private static final String OPENING =
      "This answer is made up by the sandbox; no model was asked.";

  private static final List<String> SENTENCES =
      List.of(
          "The manifest lists every crate, and every crate is somewhere on the manifest.",
          "Two ledgers that agree are worth more than one that is merely tidy.",
          "In the café on the quay — Größe: klein — the coffee costs 1,80 € and is paid in cash.",
          "A count taken at noon and a count taken at dusk should differ by what was sold.",
          "The harbour of 横浜 answers in the morning, when the tide allows it.",
          "Whoever signs for the cargo also signs for what is missing from it.",
          "Rope, lamp oil and ship's biscuit go under stores; the parrot 🦜 does not.",
          "Small sums are written down first, because they are the ones that get forgotten.",
          "The captain asks what it cost, and the answer is a page number.",
          "Nothing is rounded until the last line, and there it is rounded once.",
          "Rain is expected from the west; the awning has been ordered twice, and paid once.",
          "Where a price is not known, the column says so instead of showing a zero.");

  private static final List<String> THOUGHTS =
      List.of(
          "The question is plain enough, so a plain answer will do.",
          "First sort out what is asked, then what is needed to say it.",
          "There are two ways to read this; the simpler one fits the rest of the conversation.",
          "Check the units before adding anything up.");

  private Composer() {}

  /**
   * One answer.
   *
   * @param choice which of several answers to the same request
   */
  static Draft compose(Ask ask, long seed, int choice) {
    SplittableRandom random =
        Fingerprint.random(seed + choice, ask.model() + '\n' + ask.question());
    long reasoning = Math.min(ask.reasoningTokens(), ask.outputLimit());
    List<String> thinking = reasoning == 0 ? List.of() : words(random, THOUGHTS, "", reasoning);
    long left = ask.outputLimit() - reasoning;
    if (ask.wishes().has(Incident.REFUSAL)) {
      return new Draft(
          thinking, null, List.of(), List.of(), Stop.REFUSAL, reasoning, reasoning + 1);
    }
    List<ToolCall> calls = toolCalls(ask);
    long callTokens = 0;
    for (ToolCall call : calls) {
      callTokens += 12 + Json.line(call.arguments()).length() / 4;
    }
    if (!calls.isEmpty() && callTokens <= left) {
      return new Draft(
          thinking, null, List.of(), calls, Stop.TOOL, reasoning, reasoning + callTokens);
    }
    String query =
        ask.searchOffered() && ask.question().toLowerCase(Locale.ROOT).contains("search")
            ? ask.question().strip().lines().findFirst().orElse("news")
            : null;
    List<String> text = text(ask, random);
    boolean cutShort = text.size() > left || ask.wishes().has(Incident.INCOMPLETE);
    text = text.subList(0, (int) Math.min(text.size(), left));
    return new Draft(
        thinking,
        query,
        text,
        List.of(),
        cutShort ? Stop.LENGTH : Stop.END,
        reasoning,
        reasoning + text.size());
  }

  private static List<ToolCall> toolCalls(Ask ask) {
    if (ask.toolAnswered() || ask.tools().isEmpty()) {
      return List.of();
    }
    String question = ask.question().toLowerCase(Locale.ROOT);
    List<Tool> named = new ArrayList<>();
    for (Tool tool : ask.tools()) {
      if (question.contains(tool.name().toLowerCase(Locale.ROOT))) {
        named.add(tool);
      }
    }
    if (named.isEmpty() && (ask.toolForced() || question.contains("use the tool"))) {
      named.add(ask.tools().getFirst());
    }
    return named.stream()
        .map(tool -> new ToolCall(tool.name(), SchemaSample.of(tool.schema())))
        .toList();
  }

  private static List<String> text(Ask ask, SplittableRandom random) {
    if (ask.wishes().has(Incident.BIG_EVENT)) {
      long bytes = ask.wishes().number(Incident.BIG_EVENT, 10_000_000);
      return List.of("x".repeat((int) Math.min(bytes, 64 << 20)));
    }
    if (ask.schema() != null) {
      return pieces(Json.line(SchemaSample.of(ask.schema())), 6);
    }
    long length = ask.wishes().number(Incident.TOKENS, 24 + random.nextLong(120));
    return words(random, SENTENCES, OPENING, length);
  }

  /** So many words; each but the first begins with its space. */
  private static List<String> words(
      SplittableRandom random, List<String> sentences, String opening, long count) {
    List<String> words = new ArrayList<>();
    String sentence = opening;
    while (words.size() < count) {
      for (String word : sentence.split(" ", -1)) {
        if (!word.isEmpty() && words.size() < count) {
          words.add(words.isEmpty() ? word : " " + word);
        }
      }
      sentence = sentences.get(random.nextInt(sentences.size()));
    }
    return words;
  }

  /** The text in pieces of so many characters. */
  static List<String> pieces(String text, int characters) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int to = Math.min(text.length(), from + characters);
      if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
        to++;
      }
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces;
  }
}
