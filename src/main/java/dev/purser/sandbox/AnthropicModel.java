package dev.purser.sandbox;

import dev.purser.pricing.Provider;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model as Anthropic lists it.
 *
 * @param id as answers name it
 * @param alias a second name that requests may use, null for none
 * @param retires when it is answered no more, null while that is not decided
 * @param geographic whether answers say where it was run
 */
record AnthropicModel(
    String id,
    @Nullable String alias,
    String displayName,
    String line,
    LocalDate released,
    @Nullable LocalDate retires,
    long contextTokens,
    long outputTokens,
    boolean geographic) {

  /** Of a model that the price list does not know yet. */
  private static final long NEWEST_CONTEXT = 1_000_000;

  private static final long NEWEST_OUTPUT = 128_000;

  /** Newest first, as the API lists them. */
  static final List<AnthropicModel> ALL =
      List.of(
          model("claude-mythos-5-2", "Claude Mythos 5.2", "mythos", "2026-11-16"),
          model("claude-fable-5-2", "Claude Fable 5.2", "fable", "2026-11-09"),
          model("claude-haiku-5-5", "Claude Haiku 5.5", "haiku", "2026-10-07"),
          model("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet", "2026-09-28"),
          model("claude-fable-5-1", "Claude Fable 5.1", "fable", "2026-09-22"),
          model("claude-opus-5-5", "Claude Opus 5.5", "opus", "2026-09-22"),
          model("claude-sonnet-5", "Claude Sonnet 5", "sonnet", "2026-07-24"),
          model("claude-fable-5", "Claude Fable 5", "fable", "2026-07-24"),
          model("claude-opus-5", "Claude Opus 5", "opus", "2026-07-24"),
          model("claude-opus-4-8", "Claude Opus 4.8", "opus", "2026-05-20"),
          model("claude-opus-4-7", "Claude Opus 4.7", "opus", "2026-04-14"),
          model("claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet", "2026-02-17"),
          model("claude-opus-4-6", "Claude Opus 4.6", "opus", "2026-02-04"),
          snapshot("claude-opus-4-5", "20251101", "Claude Opus 4.5", "opus", null),
          snapshot("claude-haiku-4-5", "20251001", "Claude Haiku 4.5", "haiku", null),
          snapshot("claude-sonnet-4-5", "20250929", "Claude Sonnet 4.5", "sonnet", "2026-11-30"));

  static Optional<AnthropicModel> named(String name) {
    return ALL.stream()
        .filter(model -> model.id.equals(name) || name.equals(model.alias))
        .findFirst();
  }

  boolean listed(LocalDate today) {
    return retires == null || today.isBefore(retires);
  }

  ObjectNode json(LocalDate today) {
    LocalDate deprecated = retires == null ? null : retires.minusDays(60);
    boolean active = deprecated == null || today.isBefore(deprecated);
    return Json.object()
        .put("type", "model")
        .put("id", id)
        .put("display_name", displayName)
        .put("created_at", released + "T00:00:00Z")
        .put("lifecycle", active ? "active" : listed(today) ? "deprecated" : "retired")
        .put("deprecated_at", deprecated == null ? null : deprecated + "T00:00:00Z")
        .put("retires_at", retires == null ? null : retires + "T00:00:00Z")
        .put("line", line)
        .put("max_input_tokens", contextTokens)
        .put("max_tokens", outputTokens)
        .putNull("capabilities");
  }

  private static AnthropicModel model(String id, String displayName, String line, String released) {
    return new AnthropicModel(
        id,
        null,
        displayName,
        line,
        LocalDate.parse(released),
        null,
        Limits.contextTokens(Provider.ANTHROPIC, id, NEWEST_CONTEXT),
        Limits.outputTokens(Provider.ANTHROPIC, id, NEWEST_OUTPUT),
        true);
  }

  /** One whose answers name a dated snapshot. */
  private static AnthropicModel snapshot(
      String alias, String day, String displayName, String line, @Nullable String retires) {
    LocalDate released = LocalDate.parse(day, DateTimeFormatter.BASIC_ISO_DATE);
    return new AnthropicModel(
        alias + "-" + day,
        alias,
        displayName,
        line,
        released,
        retires == null ? null : LocalDate.parse(retires),
        Limits.contextTokens(Provider.ANTHROPIC, alias, NEWEST_CONTEXT),
        Limits.outputTokens(Provider.ANTHROPIC, alias, NEWEST_OUTPUT),
        false);
  }
}
