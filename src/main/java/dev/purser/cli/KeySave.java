package dev.purser.cli;

import dev.purser.people.Spaces;
import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheck;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.vault.KeyChecks;
import dev.purser.vault.KeySaved;
import dev.purser.vault.ProviderKeys;
import dev.purser.vault.Vault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key save}. */
@Command(
    name = "save",
    description = {
      "Checks an API key with its provider and saves it, in place of an older one.",
      "The first one also chooses a default model, if there is none."
    })
final class KeySave implements Runnable {
  private final Program program;

  @Parameters(paramLabel = "PROVIDER", description = "anthropic or openai.")
  private String providerId = "";

  @Option(
      names = "--user",
      required = true,
      paramLabel = "EMAIL",
      description = "Whose agents use it.")
  private String email = "";

  @Option(
      names = "--key-stdin",
      description =
          "The API key is read from the first line of standard input, never from the command line.")
  private boolean keyFromInput;

  KeySave(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    Provider provider =
        Provider.ofId(providerId)
            .orElseThrow(() -> new CommandFailure("the provider is anthropic or openai"));
    if (!keyFromInput) {
      throw new CommandFailure(
          "give --key-stdin and the API key on standard input: no secret ever stands on a command"
              + " line");
    }
    Secret key = StandardInput.secret(program.in(), "API key");
    try (Database database = program.database().get();
        KeyCheck keyCheck = new KeyCheck(program.providers().get())) {
      User user =
          new Users(database, program.ids(), program.clock())
              .findByEmail(email)
              .orElseThrow(() -> new CommandFailure("there is no user " + email));
      ProviderKeys keys =
          new ProviderKeys(
              Vault.open(
                  database,
                  program.vault().get(),
                  program.ids(),
                  program.clock(),
                  program.random()),
              new Spaces(database),
              new KeyChecks(keyCheck),
              new PriceStore(database, PriceList.shipped())::read,
              program.clock());
      switch (keys.save(user.spaceId(), provider, key, null)) {
        case KeySaved.Saved saved -> told(database, saved);
        case KeySaved.NotSaved notSaved ->
            throw new CommandFailure("the API key was not saved. " + notSaved.reason());
        case KeySaved.ChangedElsewhere _ ->
            throw new IllegalStateException("it replaces whichever key is saved");
      }
    }
  }

  private void told(Database database, KeySaved.Saved saved) {
    program
        .out()
        .println(
            "The API key "
                + saved.key().maskedKey()
                + " of "
                + saved.key().provider().displayName()
                + " was saved.");
    String model = new Spaces(database).settings(saved.key().spaceId()).defaultModel();
    if (saved.newDefault() != null) {
      program.out().println("The default model is now " + model + ".");
    } else if (model == null) {
      program
          .out()
          .println(
              "There is no default model: choose one under Settings, or with PATCH /api/settings."
                  + " Until then a program that asks for auto gets 404.");
    }
  }
}
