package dev.purser.web;

import dev.purser.agents.Agent;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.vault.KnownModel;
import dev.purser.vault.KnownModels;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What the lines that connect a program ask for, so that they work as they stand: {@code auto}
 * where a model is chosen for it, else the cheapest that the saved API key can use.
 *
 * @param provider whose dialect a line speaks that could speak either
 * @param anthropic what to ask for in Anthropic's
 * @param openai what to ask for in OpenAI's
 */
record FirstModels(Provider provider, First anthropic, First openai) {
  /** The name by which a request leaves the choice to Purser. */
  static final String AUTO = "auto";

  private static final Comparator<KnownModel> CHEAPEST_FIRST =
      Comparator.comparingLong(FirstModels::picos).thenComparing(KnownModel::model);

  /** A model to ask for, and how it was come by. */
  record First(String model, Choice choice) {}

  /** Who has chosen a model. */
  enum Choice {
    /** The agent prefers it. */
    AGENTS,
    /** It is the space's default. */
    DEFAULT,
    /** Nobody, so it is the cheapest that can be used. */
    CHEAPEST,
    /** Nobody, and none can be used: the answer then says what is missing. */
    NONE
  }

  /** For an agent, or for one that has no preferred model if it is null. */
  static FirstModels of(@Nullable Agent agent, SpaceSettings settings, KnownModels known) {
    Provider preferred = agent == null ? null : agent.preferredProvider();
    First anthropic = first(Provider.ANTHROPIC, preferred, settings, known);
    First openai = first(Provider.OPENAI, preferred, settings, known);
    Provider chosen = preferred == null ? settings.defaultProvider() : preferred;
    Provider usable =
        anthropic.choice() == Choice.NONE && openai.choice() != Choice.NONE
            ? Provider.OPENAI
            : Provider.ANTHROPIC;
    return new FirstModels(chosen == null ? usable : chosen, anthropic, openai);
  }

  private static First first(
      Provider provider, @Nullable Provider preferred, SpaceSettings settings, KnownModels known) {
    if (provider == preferred) {
      return new First(AUTO, Choice.AGENTS);
    }
    if (provider == settings.defaultProvider()) {
      return new First(AUTO, Choice.DEFAULT);
    }
    return known.all().stream()
        .filter(each -> each.provider() == provider && each.usable() && answers(each.price()))
        .min(CHEAPEST_FIRST)
        .map(cheapest -> new First(cheapest.model(), Choice.CHEAPEST))
        .orElse(new First(AUTO, Choice.NONE));
  }

  private static boolean answers(@Nullable ModelPrice price) {
    return price != null
        && price.use() == ModelPrice.Use.CHAT
        && price.list().picos(Kind.INPUT).isPresent()
        && price.list().picos(Kind.OUTPUT).isPresent();
  }

  private static long picos(KnownModel known) {
    ModelPrice price = known.price();
    if (price == null) {
      return Long.MAX_VALUE;
    }
    Rates list = price.list();
    return list.picos(Kind.INPUT).orElse(0) + list.picos(Kind.OUTPUT).orElse(0);
  }
}
