package dev.purser.providers;

import dev.purser.pricing.Terms;
import dev.purser.providers.RequestFields.Element;
import dev.purser.providers.RequestFields.Member;
import dev.purser.providers.StrictNames.Effect;
import dev.purser.wire.NormalForm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a strict budget asks of a request beyond the ordinary bound: what adds to its cost without a
 * limit is refused by what it is, and a name that nobody knows widens the bound.
 */
final class StrictRules {
  /** An answer is cut to no fewer tokens, unless its program wanted fewer. */
  static final long MIN_OUTPUT = 4_096;

  /** More names that widen are refused: no client has so many. */
  private static final int MAX_WIDENING = 16;

  private static final String LARGE_WINDOW_BETA = "context-1m-2025-08-07";
  private static final long LARGE_WINDOW = 1_000_000;

  /** Models that search the web, or loop, whatever the request says. */
  private static final List<String> LOOPING_MODELS = List.of("-search-", "deep-research");

  private final Dialect dialect;
  private final RequestFields fields;
  private final StrictNames names;
  private final List<RequestName> widening = new ArrayList<>();
  private @Nullable String unbounded;

  private StrictRules(Dialect dialect, RequestFields fields, StrictNames names) {
    this.dialect = dialect;
    this.fields = fields;
    this.names = names;
  }

  /**
   * What they make of a request.
   *
   * @param terms of the request as it is sent under a strict budget
   * @param widening the names because of which it is widened
   */
  record Judged(CostTerms terms, List<RequestName> widening) {}

  /**
   * Judges a request.
   *
   * @param tools of the request, wherever they stand
   * @param window of the model, or the largest that any has
   */
  static Judged of(
      Dialect dialect,
      RequestFields fields,
      List<Element> tools,
      CostTerms terms,
      String model,
      StrictAsk ask,
      long window) {
    StrictRules rules = new StrictRules(dialect, fields, ask.names());
    rules.judgeFields();
    if (LOOPING_MODELS.stream().anyMatch(model::contains)) {
      rules.refuse("model");
    }
    rules.judgeTools(tools);
    if (dialect == Dialect.ANTHROPIC_MESSAGES && ask.betas() != null) {
      rules.judgeBetas(ask.betas(), window);
    }
    if (terms.unboundedField() != null) {
      rules.refuse(terms.unboundedField());
    }
    CostTerms strictly =
        terms.strictly(
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
            ask.toolUses(),
            rules.unbounded);
    return new Judged(
        rules.widening.isEmpty() ? strictly : strictly.widen(), List.copyOf(rules.widening));
  }

  /** The first reason counts. */
  private void refuse(String field) {
    if (unbounded == null) {
      unbounded = field;
    }
  }

  private void judgeFields() {
    Listed listed = Listed.fieldsOf(dialect);
    for (Member member : fields.members()) {
      String name = member.name();
      if (!listed.has(name) && !fields.isNull(name)) {
        if (Listed.REFUSED_FIELDS.has(name)) {
          refuse(name);
        } else if (RequestName.isPlain(name)) {
          judge(new RequestName(dialect, RequestName.Kind.FIELD, name));
        } else {
          refuse("a field without a name");
        }
      }
    }
  }

  private void judgeTools(List<Element> tools) {
    Listed listed =
        switch (dialect) {
          case ANTHROPIC_MESSAGES -> Listed.ANTHROPIC_TOOLS;
          case OPENAI_CHAT -> Listed.CHAT_TOOLS;
          case OPENAI_RESPONSES, OPENAI_EMBEDDINGS -> Listed.RESPONSES_TOOLS;
        };
    for (Element tool : tools) {
      String type = tool.text("type");
      if (tool.has("type") && (type == null || !listed.has(type))) {
        String place = tool.self().path() + ".type";
        refuse(type != null && RequestName.isPlain(type) ? place + " " + type : place);
      }
    }
  }

  private void judgeBetas(String betas, long window) {
    for (String value : betas.split(",", -1)) {
      String beta = value.strip();
      if (beta.equals(LARGE_WINDOW_BETA) && window < LARGE_WINDOW) {
        refuse("anthropic-beta " + beta);
      } else if (!beta.isEmpty() && !Listed.ANTHROPIC_BETAS.has(beta)) {
        if (RequestName.isPlain(beta)) {
          judge(new RequestName(dialect, RequestName.Kind.BETA, beta));
        } else {
          refuse("anthropic-beta");
        }
      }
    }
  }

  /** A name that does not ship as harmless. */
  private void judge(RequestName name) {
    Effect effect = names.listed().get(name);
    if (effect == Effect.HARMLESS || widening.contains(name)) {
      return;
    }
    boolean refused = names.refusesUnknown() || names.struck().contains(name);
    if (widening.size() == MAX_WIDENING || (effect == null && refused)) {
      refuse(name.shown());
    } else {
      widening.add(name);
    }
  }
}
