package dev.purser.providers;

import dev.purser.providers.RequestFields.Element;
import dev.purser.providers.RequestFields.Field;
import dev.purser.wire.Splice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a body is changed under a strict budget: the ordinary service tier where it would be decided
 * elsewhere, a lower limit of the answer, and a limit of uses for a tool of the provider's that has
 * none.
 *
 * @param splices of values that stand in the body
 * @param members to write in at its beginning
 */
record StrictEdits(List<Splice> splices, List<String> members) {
  private static final String TIER = "service_tier";
  private static final String THINKING = "thinking.budget_tokens";

  /** Anthropic refuses a smaller budget, and one that is not below the limit of the answer. */
  private static final long MIN_THINKING = 1_024;

  /**
   * @param limitlessTools those that get a limit of uses each
   * @param outputTokens the most that one answer may have; null if that stays as it is
   * @param toolUses the limit of uses that is set; null if there is one
   */
  static StrictEdits of(
      Dialect dialect,
      RequestFields fields,
      List<Element> limitlessTools,
      @Nullable Long outputTokens,
      @Nullable Long toolUses) {
    StrictEdits edits = new StrictEdits(new ArrayList<>(), new ArrayList<>());
    switch (dialect) {
      case ANTHROPIC_MESSAGES -> {
        edits.limitMessage(fields, outputTokens);
        if (toolUses != null) {
          limitlessTools.forEach(tool -> edits.limitUses(fields, tool, toolUses));
        }
      }
      case OPENAI_CHAT -> {
        edits.setTier(fields);
        // The older name of the limit counts too, and stays where a program uses it.
        boolean older = isNumber(fields.find("max_tokens"));
        edits.lower(fields, "max_tokens", outputTokens);
        edits.limit(fields, dialect.limitField(), outputTokens, !older);
      }
      case OPENAI_RESPONSES -> {
        edits.setTier(fields);
        edits.limit(fields, dialect.limitField(), outputTokens, /* setsIt= */ true);
        if (toolUses != null) {
          edits.set(fields.find(dialect.usesField()), dialect.usesField(), toolUses.toString());
        }
      }
      case OPENAI_EMBEDDINGS -> {}
    }
    return edits;
  }

  /**
   * Lowers the limits that stand in a request, and nothing else.
   *
   * @param outputTokens the most that one answer may have
   */
  static StrictEdits lowering(Dialect dialect, RequestFields fields, long outputTokens) {
    StrictEdits edits = new StrictEdits(new ArrayList<>(), new ArrayList<>());
    switch (dialect) {
      case ANTHROPIC_MESSAGES -> edits.limitMessage(fields, outputTokens);
      case OPENAI_CHAT -> {
        edits.lower(fields, "max_tokens", outputTokens);
        edits.lower(fields, dialect.limitField(), outputTokens);
      }
      case OPENAI_RESPONSES -> edits.lower(fields, dialect.limitField(), outputTokens);
      case OPENAI_EMBEDDINGS -> {}
    }
    return edits;
  }

  /** Without a limit there is nothing to lower: Anthropic refuses such a request. */
  private void limitMessage(RequestFields fields, @Nullable Long outputTokens) {
    Field limit = fields.find("max_tokens");
    Long asked = limit == null ? null : limit.number();
    if (asked != null && outputTokens != null && asked > outputTokens) {
      lower(fields, "max_tokens", outputTokens);
      keepThinkingLegal(fields, asked, outputTokens);
    }
  }

  private void limitUses(RequestFields fields, Element tool, long uses) {
    List<Field> written = tool.fields("max_uses"); // null, or it would have a limit
    if (written.isEmpty()) {
      int start = tool.self().end();
      String comma = fields.emptyAfter(start) ? "" : ",";
      splices.add(new Splice(start, start, "\"max_uses\":" + uses + comma));
    } else {
      Field limit = written.getFirst();
      splices.add(new Splice(limit.start(), limit.end(), Long.toString(uses)));
    }
  }

  private void limit(
      RequestFields fields, String name, @Nullable Long outputTokens, boolean setsIt) {
    Field written = fields.find(name);
    if (isNumber(written)) {
      lower(fields, name, outputTokens);
    } else if (setsIt && outputTokens != null) {
      set(written, name, Long.toString(outputTokens));
    }
  }

  private void lower(RequestFields fields, String name, @Nullable Long most) {
    Field limit = fields.find(name);
    Long asked = limit == null ? null : limit.number();
    // Zero and less are no limit, and are refused.
    if (limit != null && asked != null && most != null && asked > most) {
      splices.add(new Splice(limit.start(), limit.end(), Long.toString(most)));
    }
  }

  /** Whether the request leaves its tier to a setting of OpenAI's, so that it is set here. */
  static boolean setsTier(RequestFields fields) {
    Field tier = fields.find(TIER);
    return tier == null || tier.isNull() || "auto".equals(tier.text());
  }

  private void setTier(RequestFields fields) {
    if (setsTier(fields)) {
      set(fields.find(TIER), TIER, "\"default\"");
    }
  }

  private void set(@Nullable Field written, String name, String value) {
    if (written == null) {
      members.add("\"" + name + "\":" + value);
    } else {
      splices.add(new Splice(written.start(), written.end(), value));
    }
  }

  /**
   * Leaves a quarter of the answer to what is not thinking. A budget that was not below the limit
   * before (which interleaved thinking allows) stays.
   */
  private void keepThinkingLegal(RequestFields fields, long asked, long outputTokens) {
    Field budget = fields.find(THINKING);
    Long tokens = budget == null ? null : budget.number();
    if (budget != null && tokens != null && tokens < asked && tokens >= outputTokens) {
      long most = Math.max(MIN_THINKING, outputTokens / 4 * 3);
      splices.add(new Splice(budget.start(), budget.end(), Long.toString(most)));
    }
  }

  private static boolean isNumber(@Nullable Field field) {
    return field != null && field.number() != null;
  }
}
