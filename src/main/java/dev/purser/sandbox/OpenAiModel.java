package dev.purser.sandbox;

import dev.purser.pricing.Provider;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model as OpenAI lists it.
 *
 * @param answeredAs the dated snapshot that answers name; the id itself where there is none
 * @param shutdown when it is listed no more, null while that is not decided
 * @param usualReasoning tokens it thinks at medium effort if the request does not say how hard
 * @param outputTokens the most in one answer; of an embedding model, its dimensions
 */
record OpenAiModel(
    String id,
    String answeredAs,
    Kind kind,
    LocalDate released,
    @Nullable LocalDate shutdown,
    long usualReasoning,
    boolean cacheWritesCost,
    long outputTokens) {

  /** What it is called through. */
  enum Kind {
    CHAT,
    EMBEDDING,
    /** Listed, but not for any endpoint of the sandbox. */
    OTHER
  }

  /** Of a model that the price list does not know yet. */
  private static final long NEWEST_OUTPUT = 128_000;

  static final List<OpenAiModel> ALL =
      List.of(
          newer("gpt-6.2-sol", "2026-11-12"),
          newer("gpt-6.1-sol", "2026-10-20"),
          newer("gpt-6.1-terra", "2026-10-20"),
          newer("gpt-6-astra", "2026-09-15"),
          newer("gpt-6-sol", "2026-09-15"),
          newer("gpt-6-luna", "2026-09-15"),
          newer("gpt-5.6-sol", "2026-07-01"),
          newer("gpt-5.6-terra", "2026-07-01"),
          newer("gpt-5.6-luna", "2026-07-01"),
          older("gpt-5.5", "2026-04-23", null, 0),
          older("gpt-5.5-pro", "2026-04-23", null, 256),
          older("gpt-5.4", "2026-03-05", null, 0),
          older("gpt-5.4-mini", "2026-03-17", null, 0),
          older("gpt-5.4-nano", "2026-03-17", "2027-04-01", 0),
          older("gpt-5.2", "2025-12-11", null, 0),
          older("gpt-5.2-pro", "2025-12-11", null, 256),
          older("gpt-5.1", "2025-11-13", "2027-04-01", 0),
          older("gpt-5", "2025-08-07", "2026-12-11", 128),
          older("gpt-5-mini", "2025-08-07", "2026-12-11", 128),
          older("gpt-5-nano", "2025-08-07", "2026-12-11", 128),
          older("gpt-5-pro", "2025-10-06", "2026-12-11", 512),
          older("o3", "2025-04-16", "2026-12-11", 256),
          older("gpt-4.1", "2025-04-14", "2027-01-14", 0),
          older("gpt-4.1-mini", "2025-04-14", "2027-01-14", 0),
          older("gpt-4o", "2024-08-06", "2027-01-14", 0),
          older("gpt-4o-mini", "2024-07-18", "2027-01-14", 0),
          plain("text-embedding-3-small", Kind.EMBEDDING, "2024-01-22", 1536),
          plain("text-embedding-3-large", Kind.EMBEDDING, "2024-01-22", 3072),
          plain("text-embedding-ada-002", Kind.EMBEDDING, "2022-12-16", 1536),
          plain("omni-moderation-latest", Kind.OTHER, "2024-11-15", 0),
          plain("whisper-1", Kind.OTHER, "2023-02-27", 0),
          plain("tts-1", Kind.OTHER, "2023-04-19", 0));

  static Optional<OpenAiModel> named(String name) {
    return ALL.stream()
        .filter(model -> model.id.equals(name) || model.answeredAs.equals(name))
        .findFirst();
  }

  boolean listed(LocalDate today) {
    return shutdown == null || today.isBefore(shutdown);
  }

  /** The model, or its snapshot, in the list. */
  ObjectNode json(String name) {
    ObjectNode json =
        Json.object()
            .put("id", name)
            .put("object", "model")
            .put("created", released.atStartOfDay(ZoneOffset.UTC).toEpochSecond())
            .put("owned_by", "system");
    return shutdown == null ? json : json.put("shutdown_date", shutdown.toString());
  }

  private static OpenAiModel newer(String id, String released) {
    return new OpenAiModel(
        id, id, Kind.CHAT, LocalDate.parse(released), null, 64, true, outputTokens(id));
  }

  private static OpenAiModel older(
      String id, String released, @Nullable String shutdown, long usualReasoning) {
    return new OpenAiModel(
        id,
        id + "-" + released,
        Kind.CHAT,
        LocalDate.parse(released),
        shutdown == null ? null : LocalDate.parse(shutdown),
        usualReasoning,
        false,
        outputTokens(id));
  }

  private static long outputTokens(String id) {
    return Limits.outputTokens(Provider.OPENAI, id, NEWEST_OUTPUT);
  }

  private static OpenAiModel plain(String id, Kind kind, String released, long dimensions) {
    return new OpenAiModel(id, id, kind, LocalDate.parse(released), null, 0, false, dimensions);
  }
}
