package dev.purser.web;

import dev.purser.agents.Agent;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.vault.KnownModel;
import dev.purser.vault.KnownModels;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the lines that connect a program ask for, so that they work as they stand: {@code auto}
 * where a model is chosen for it, else the cheapest that the saved API key can use.
 *
 * @param provider whose dialect a line speaks that could speak either
 * @param anthropic the model to ask for in Anthropic's
 * @param openai the model to ask for in OpenAI's
 */
record FirstModels(Provider provider, String anthropic, String openai) {
  /** The name by which a request leaves the choice to Purser. */
  static final String AUTO = "auto";

  private static final Comparator<KnownModel> CHEAPEST_FIRST =
      Comparator.comparingLong(FirstModels::picos).thenComparing(KnownModel::model);

  /** For an agent, or for one that has no preferred model if it is null. */
  static FirstModels of(@Nullable Agent agent, SpaceSettings settings, KnownModels known) {
    Provider preferred = agent == null ? null : agent.preferredProvider();
    return new FirstModels(
        Stream.concat(
                Stream.of(preferred, settings.defaultProvider()).filter(each -> each != null),
                Arrays.stream(Provider.values())
                    .filter(each -> !AUTO.equals(cheapest(each, known))))
            .findFirst()
            .orElse(Provider.ANTHROPIC),
        model(Provider.ANTHROPIC, preferred, settings, known),
        model(Provider.OPENAI, preferred, settings, known));
  }

  private static String model(
      Provider provider, @Nullable Provider preferred, SpaceSettings settings, KnownModels known) {
    return provider == preferred || provider == settings.defaultProvider()
        ? AUTO
        : cheapest(provider, known);
  }

  /** Still {@code auto} if there is none: the answer then says what is missing. */
  private static String cheapest(Provider provider, KnownModels known) {
    return known.all().stream()
        .filter(each -> each.provider() == provider && each.usable() && answers(each.price()))
        .min(CHEAPEST_FIRST)
        .map(KnownModel::model)
        .orElse(AUTO);
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
