package dev.purser.web;

import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import dev.purser.reports.BudgetOutlook;
import dev.purser.vault.KeySaved;
import dev.purser.vault.KeyVerified;
import dev.purser.vault.KnownModels;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.ProviderKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A space's provider keys, default model, budget and time zone, and this month's usage. */
record SettingsPage(WebParts parts, ProviderKeys keys) {
  SettingsPage(WebParts parts) {
    this(
        parts,
        new ProviderKeys(
            parts.vault(), parts.spaces(), parts.keyChecks(), parts.prices(), parts.clock()));
  }

  /** What the page is made of, as it is now. */
  private record Now(
      SpaceSettings settings, KnownModels known, BudgetOutlook outlook, Instant at) {}

  Reply show(PageRequest request) {
    Now now = now(request);
    LlmForm.State state =
        asked(request, "saved", "settings") ? LlmForm.State.SAVED : LlmForm.State.OPEN;
    List<KeyRow> rows = new ArrayList<>();
    for (Provider provider : Provider.values()) {
      rows.add(row(now, provider, part(request, now, provider)));
    }
    return page(200, request, now, rows, LlmForm.of(now.settings(), now.known(), state));
  }

  Reply saveKey(PageRequest request) {
    Optional<Provider> provider = Provider.ofId(request.path("provider"));
    if (provider.isEmpty()) {
      return Reply.notFound(request.frame());
    }
    return switch (keys.save(
        request.spaceId(), provider.get(), request.form().secret("key"), seenKey(request))) {
      case KeySaved.Saved saved -> saved(saved);
      case KeySaved.Unreachable unreachable ->
          failed(502, request, provider.get(), KeyRow.failed(provider.get(), unreachable));
      case KeySaved.Busy busy ->
          failed(503, request, provider.get(), KeyRow.failed(provider.get(), busy));
      case KeySaved.ChangedElsewhere _ ->
          failed(409, request, provider.get(), KeyRow.NOT_SAVED_OVER_ANOTHER);
      case KeySaved.NotSaved notSaved ->
          failed(422, request, provider.get(), KeyRow.failed(provider.get(), notSaved));
    };
  }

  Reply verifyKey(PageRequest request) {
    Optional<Provider> provider = Provider.ofId(request.path("provider"));
    if (provider.isEmpty()) {
      return Reply.notFound(request.frame());
    }
    return switch (keys.verify(request.spaceId(), provider.get())) {
      case KeyVerified.Asked _ -> done("verified", provider.get());
      // Deleted in another window: the row says so.
      case KeyVerified.Missing _ -> Reply.redirect("/settings#keys");
      case KeyVerified.Busy busy ->
          failed(
              503,
              request,
              provider.get(),
              new KeyRow.Part.Failed(
                  provider.get().displayName() + " was not asked yet. The key is as it was.",
                  busy.reason(),
                  false));
      case KeyVerified.Unreachable unreachable ->
          failed(
              502,
              request,
              provider.get(),
              new KeyRow.Part.Failed(
                  provider.get().displayName() + " could not be asked. The key is as it was.",
                  unreachable.reason(),
                  false));
    };
  }

  Reply deleteKey(PageRequest request) {
    Optional<Provider> provider = Provider.ofId(request.path("provider"));
    if (provider.isEmpty()) {
      return Reply.notFound(request.frame());
    }
    boolean deleted = parts.vault().delete(request.spaceId(), provider.get(), seenKey(request));
    // Whoever finds it gone already has what they wanted.
    return deleted || parts.vault().find(request.spaceId(), provider.get()).isEmpty()
        ? done("deleted", provider.get())
        : failed(409, request, provider.get(), KeyRow.ANOTHER_NOT_DELETED);
  }

  /** The id of the key that the form's row showed; empty for none. */
  private static String seenKey(PageRequest request) {
    return request.form().text(KeyRow.SEEN);
  }

  Reply saveSettings(PageRequest request) {
    Now now = now(request);
    LlmForm form = LlmForm.read(request.form(), now.settings(), now.known());
    if (!form.good()) {
      return page(422, request, now, plainRows(now), form);
    }
    return switch (parts.spaces().save(form.wanted(request.spaceId()))) {
      case SettingsSaved.Saved _ -> Reply.redirect("/settings?saved=settings#llm");
      case SettingsSaved.ChangedElsewhere changed ->
          page(409, request, now, plainRows(now), form.changedElsewhere(changed.current()));
      case SettingsSaved.Refused refused ->
          throw new IllegalStateException("not refused before: " + refused);
    };
  }

  private Now now(PageRequest request) {
    Instant at = parts.clock().instant();
    SpaceSettings settings = parts.spaces().settings(request.spaceId());
    return new Now(
        settings,
        new KnownModels(parts.vault().savedKeys(request.spaceId()), parts.prices().get(), at),
        parts
            .budgetOutlooks()
            .read(
                request.spaceId(),
                settings.timeZone(),
                at,
                request.query("delete").flatMap(Provider::ofId)),
        at);
  }

  private KeyRow.Part part(PageRequest request, Now now, Provider provider) {
    ProviderKey key = now.known().key(provider).orElse(null);
    if (key == null) {
      return asked(request, "deleted", provider.id())
          ? new KeyRow.Part.Done("Deleted")
          : KeyRow.PLAIN;
    }
    if (asked(request, "replace", provider.id())) {
      return new KeyRow.Part.Replacing();
    }
    if (asked(request, "delete", provider.id())) {
      return KeyRow.deleting(provider, now.outlook().agentCount());
    }
    if (asked(request, "saved", provider.id())) {
      return KeyRow.done("Saved", key.status(), defaultModel(request, now.settings()));
    }
    return asked(request, "verified", provider.id())
        ? KeyRow.done("Checked", key.status(), null)
        : KeyRow.PLAIN;
  }

  private static KeyRow.@Nullable DefaultModel defaultModel(
      PageRequest request, SpaceSettings settings) {
    String chosen = settings.defaultModel();
    return chosen == null || asked(request, "default", "new")
        ? new KeyRow.DefaultModel(chosen)
        : null;
  }

  private Reply failed(int status, PageRequest request, Provider provider, KeyRow.Part failure) {
    Now now = now(request);
    List<KeyRow> rows = new ArrayList<>();
    for (Provider each : Provider.values()) {
      rows.add(row(now, each, each == provider ? failure : KeyRow.PLAIN));
    }
    LlmForm form = LlmForm.of(now.settings(), now.known(), LlmForm.State.OPEN);
    return page(status, request, now, rows, form);
  }

  private static List<KeyRow> plainRows(Now now) {
    List<KeyRow> rows = new ArrayList<>();
    for (Provider provider : Provider.values()) {
      rows.add(row(now, provider, KeyRow.PLAIN));
    }
    return rows;
  }

  private static KeyRow row(Now now, Provider provider, KeyRow.Part part) {
    return new KeyRow(
        provider, now.known().key(provider).orElse(null), now.settings().timeZone(), part);
  }

  private Reply page(int status, PageRequest request, Now now, List<KeyRow> rows, LlmForm form) {
    SpaceSettings settings = now.settings();
    SettingsCards.UsageCard usage =
        SettingsCards.UsageCard.of(
            parts
                .usageSummaries()
                .withoutAgents(
                    request.spaceId(),
                    now.outlook().month(),
                    settings.timeZone(),
                    settings.budget(),
                    now.at()),
            now.outlook(),
            BudgetForms.done(request));
    return Reply.page(
        status, "settings.jte", request.frame(), new SettingsCards(rows, form, usage));
  }

  private static Reply saved(KeySaved.Saved saved) {
    String id = saved.key().provider().id();
    String chosen = saved.newDefault() == null ? "" : "&default=new";
    return Reply.redirect("/settings?saved=" + id + chosen + "#key-" + id);
  }

  private static Reply done(String what, Provider provider) {
    return Reply.redirect("/settings?" + what + "=" + provider.id() + "#key-" + provider.id());
  }

  private static boolean asked(PageRequest request, String parameter, String value) {
    return request.query(parameter).filter(value::equals).isPresent();
  }
}
