package dev.purser.web;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.PriceWords;
import dev.purser.pricing.Provider;
import dev.purser.reports.UnpricedModel;
import dev.purser.vault.KnownModel;
import dev.purser.vault.KnownModels;
import dev.purser.web.PriceTables.Row;
import dev.purser.web.PriceTables.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What models cost; the models that have no price yet, and the form that gives them one. */
record PricesPage(WebParts parts) {
  private static final int MAX_QUERY_LENGTH = 200;

  /**
   * Parts of the names of models for speech, pictures and moderation, for which there is no way.
   */
  private static final List<String> FOREIGN =
      List.of(
          "tts-",
          "-tts",
          "whisper",
          "transcribe",
          "realtime",
          "-audio",
          "moderation",
          "dall-e",
          "gpt-image",
          "sora");

  Reply show(PageRequest request) {
    boolean admin = request.user().admin();
    return request.query("model").isPresent() && admin
        ? asked(request)
        : shown(200, request, PriceForm.of(request.query("add").orElse("")), null);
  }

  /**
   * The price that the query has: with what it would do, for it to be saved, or to be changed in
   * the form.
   */
  private Reply asked(PageRequest request) {
    PriceForm form = PriceForm.read(name -> request.query(name).orElse(""));
    Optional<ModelPrice> price = form.price();
    if (price.isEmpty() || request.query("change").isPresent()) {
      return shown(price.isEmpty() ? 422 : 200, request, form, null);
    }
    try {
      return shown(
          200,
          request,
          form,
          new PriceTables.Sure(
              PriceWords.would(parts.priceBook().preview(price.get())),
              PriceWords.doubts(
                  parts.priceBook().current(), price.get(), parts.clock().instant())));
    } catch (IllegalArgumentException e) {
      return shown(422, request, uncountable(form), null);
    }
  }

  /** A price holds for everybody on this installation. */
  Reply add(PageRequest request) {
    if (!request.user().admin()) {
      return Reply.message(
          403,
          request.frame(),
          "Not yours to change",
          "A price holds for everybody here: only an administrator adds one.");
    }
    PriceForm form = PriceForm.read(request.form()::text);
    try {
      Optional<ModelPrice> price = form.price();
      if (price.isEmpty()) {
        return shown(422, request, form, null);
      }
      if (!request.form().has("sure")) {
        // So that it is seen before it is saved, and that page may be loaded again.
        parts.priceBook().preview(price.get());
        return Reply.redirect(form.path());
      }
      PriceStore.Added added = parts.priceBook().add(price.get(), parts.clock().instant());
      return Reply.redirect(
          "/prices"
              + new CallLink(
                      Map.of(
                          "q", form.value("model"),
                          "added", Integer.toString(added.number()),
                          "rest", added.finished() ? "no" : "yes"))
                  .query());
    } catch (IllegalArgumentException e) {
      return shown(422, request, uncountable(form), null);
    }
  }

  private static PriceForm uncountable(PriceForm form) {
    return form.refused("Such prices cannot be counted exactly, or are too high.");
  }

  private Reply shown(
      int status, PageRequest request, PriceForm form, PriceTables.@Nullable Sure sure) {
    Instant now = parts.clock().instant();
    LocalDate monthStart =
        YearMonth.from(now.atZone(parts.spaces().settings(request.spaceId()).timeZone())).atDay(1);
    PriceList list = parts.prices().get();
    String query = request.query("q").filter(text -> text.length() <= MAX_QUERY_LENGTH).orElse("");
    List<KnownModel> models =
        new KnownModels(parts.vault().savedKeys(request.spaceId()), list, now).all();
    return Reply.page(
        status,
        "prices.jte",
        request.frame(),
        new PriceTables(
            query,
            list.version(),
            LocalDate.ofInstant(now, ZoneOffset.UTC),
            tables(models, list, query, now),
            unpriced(request, list, monthStart, now),
            models.stream().anyMatch(KnownModel::usable),
            request.user().admin() ? form : null,
            sure,
            request.user().admin() ? added(request, list, query) : null));
  }

  /** What was just added, by its number: what it did is looked up, whoever names it. */
  private PriceTables.@Nullable Added added(PageRequest request, PriceList list, String model) {
    int number =
        request
            .query("added")
            .filter(text -> text.matches("[0-9]{1,6}"))
            .map(Integer::valueOf)
            .orElse(0);
    if (number < 1
        || number > list.added().size()
        || !list.added().get(number - 1).model().equals(model)) {
      return null;
    }
    return new PriceTables.Added(
        model,
        PriceWords.did(parts.priceBook().done(number)),
        request.query("rest").filter("yes"::equals).isPresent());
  }

  private static List<Table> tables(
      List<KnownModel> models, PriceList list, String query, Instant now) {
    List<Table> tables = new ArrayList<>();
    for (Provider provider : Provider.values()) {
      ModelPrice named = query.isEmpty() ? null : list.find(provider, query, now).orElse(null);
      List<Row> rows =
          models.stream()
              .filter(model -> model.provider() == provider && !foreign(model))
              .filter(model -> matches(model, query, named))
              .map(model -> Row.of(model, list.added()))
              .toList();
      boolean fold = query.isEmpty() && rows.stream().anyMatch(Row::usable);
      if (!rows.isEmpty()) {
        tables.add(
            new Table(
                provider,
                rows.stream().filter(row -> row.usable() || !fold).toList(),
                rows.stream().filter(row -> !row.usable() && fold).toList()));
      }
    }
    return tables;
  }

  /** Whether a key lists it, but nothing that is called through Purser can name it. */
  private static boolean foreign(KnownModel model) {
    return model.price() == null && FOREIGN.stream().anyMatch(part -> model.model().contains(part));
  }

  /** By a part of its name or another name of it, or because it is the one that is named. */
  private static boolean matches(KnownModel model, String query, @Nullable ModelPrice named) {
    String part = query.toLowerCase(Locale.ROOT);
    ModelPrice price = model.price();
    return contains(model.model(), part)
        || (model.listed() != null && contains(model.listed().displayName(), part))
        || (price != null
            && (price.equals(named)
                || price.aliases().stream().anyMatch(alias -> contains(alias, part))));
  }

  private static boolean contains(@Nullable String name, String part) {
    return name != null && name.toLowerCase(Locale.ROOT).contains(part);
  }

  private List<PriceTables.Unpriced> unpriced(
      PageRequest request, PriceList list, LocalDate since, Instant now) {
    List<PriceTables.Unpriced> unpriced = new ArrayList<>();
    for (UnpricedModel model : parts.calls().unpriced(request.spaceId(), since)) {
      unpriced.add(
          new PriceTables.Unpriced(
              model,
              list.find(model.provider(), model.model(), now).isPresent(),
              CallLink.of(YearMonth.from(since)).unpriced().with("model", model.model())));
    }
    return unpriced;
  }
}
