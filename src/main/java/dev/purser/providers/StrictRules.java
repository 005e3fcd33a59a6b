package dev.purser.providers;

import dev.purser.pricing.Terms;
import dev.purser.providers.RequestFields.Field;
import dev.purser.providers.RequestFields.Member;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a strict budget asks of a request beyond the ordinary bound. */
final class StrictRules {
  /** An answer is cut to no fewer tokens, unless its program wanted fewer. */
  static final long LEAST_OUTPUT = 4_096;

  private static final String LARGE_WINDOW_BETA = "context-1m-2025-08-07";
  private static final long LARGE_WINDOW = 1_000_000;

  /** Models that search the web, or loop, whatever the request says. */
  private static final List<String> LOOPING_MODELS = List.of("-search-", "deep-research");

  /** What a message to a person may repeat of a name that somebody else chose. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  private StrictRules() {}

  /**
   * The request as it is sent under a strict budget.
   *
   * @param window of the model, or the largest that any has
   */
  static CostTerms of(
      Dialect dialect,
      RequestFields fields,
      CostTerms terms,
      String model,
      @Nullable String betas,
      long window) {
    return terms.strictly(
        switch (dialect) {
          case ANTHROPIC_MESSAGES ->
              terms.textTokens() - fields.body().length + NormalForm.bytes(fields.body());
          case OPENAI_CHAT, OPENAI_RESPONSES, OPENAI_EMBEDDINGS -> terms.textTokens();
        },
        switch (dialect) {
          case OPENAI_CHAT, OPENAI_RESPONSES ->
              StrictEdits.setsTier(fields) ? List.of(Terms.LIST) : terms.billed();
          case ANTHROPIC_MESSAGES, OPENAI_EMBEDDINGS -> terms.billed();
        },
        unbounded(dialect, fields, terms, model, betas, window));
  }

  /** The first thing of which it is not known what it can cost; null if there is none. */
  private static @Nullable String unbounded(
      Dialect dialect,
      RequestFields fields,
      CostTerms terms,
      String model,
      @Nullable String betas,
      long window) {
    Listed listed =
        switch (dialect) {
          case ANTHROPIC_MESSAGES -> Listed.ANTHROPIC_FIELDS;
          case OPENAI_CHAT -> Listed.CHAT_FIELDS;
          case OPENAI_RESPONSES -> Listed.RESPONSES_FIELDS;
          case OPENAI_EMBEDDINGS -> Listed.EMBEDDINGS_FIELDS;
        };
    for (Member member : fields.members()) {
      if (!listed.has(member.name()) && !fields.isNull(member.name())) {
        return PLAIN.matcher(member.name()).matches() ? member.name() : "a field without a name";
      }
    }
    if (LOOPING_MODELS.stream().anyMatch(model::contains)) {
      return "model";
    }
    String tool =
        switch (dialect) {
          case ANTHROPIC_MESSAGES -> tool(fields, Listed.ANTHROPIC_TOOLS);
          case OPENAI_CHAT -> tool(fields, Listed.CHAT_TOOLS);
          case OPENAI_RESPONSES -> tool(fields, Listed.RESPONSES_TOOLS);
          case OPENAI_EMBEDDINGS -> null;
        };
    if (tool == null && dialect == Dialect.ANTHROPIC_MESSAGES && betas != null) {
      tool = beta(betas, window);
    }
    return tool == null ? terms.unboundedField() : tool;
  }

  private static @Nullable String tool(RequestFields fields, Listed listed) {
    for (Field type : fields.all("tools[].type")) {
      String text = type.text();
      if (!type.isNull() && (text == null || !listed.has(text))) {
        return named("tools[].type", text);
      }
    }
    return null;
  }

  private static @Nullable String beta(String betas, long window) {
    for (String value : betas.split(",", -1)) {
      String beta = value.strip();
      boolean tooLarge = beta.equals(LARGE_WINDOW_BETA) && window < LARGE_WINDOW;
      if (!beta.isEmpty() && (tooLarge || !Listed.ANTHROPIC_BETAS.has(beta))) {
        return named("anthropic-beta", beta);
      }
    }
    return null;
  }

  private static String named(String field, @Nullable String value) {
    return value != null && PLAIN.matcher(value).matches() ? field + " " + value : field;
  }
}
