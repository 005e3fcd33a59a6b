package dev.purser.cli;

import dev.purser.config.Settings.InvalidSetting;
import dev.purser.storage.StorageException;
import dev.purser.vault.VaultException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the commands: without a further word it serves. */
@Command(
    name = "./run",
    description = "Keeps your LLM keys, meters every token, and holds the budget.",
    synopsisSubcommandLabel = "[COMMAND]")
public final class Commands implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private final Program program;

  private Commands(Program program) {
    this.program = program;
  }

  /**
   * Runs what the arguments say. A failure is one line on the error stream.
   *
   * @return the exit code: 0; 1 if the command failed; 2 if there is no such command or option
   */
  public static int run(Program program, String... arguments) {
    CommandLine root =
        new CommandLine(new Commands(program))
            .addSubcommand(new Serve(program))
            .addSubcommand(new Demo(program))
            .addSubcommand(
                group(
                    new User(),
                    new UserAdd(program),
                    new UserLink(program),
                    new UserDisable(program),
                    new UserEnable(program)))
            .addSubcommand(group(new Token(), new TokenCreate(program)))
            .addSubcommand(group(new Key(), new KeySave(program)))
            .addSubcommand(group(new VaultGroup(), new VaultCheck(program)))
            .addSubcommand(
                group(new PricesGroup(), new PricesList(program), new PricesAdd(program)))
            .addSubcommand(
                group(
                    new StrictNamesGroup(),
                    new StrictGroup.Show(program),
                    new StrictGroup.Allow(program),
                    new StrictGroup.Remove(program)))
            .addSubcommand(new CommandLine.HelpCommand());
    addHelp(root);
    return root.setOut(program.out())
        .setErr(program.errors())
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setParameterExceptionHandler(Commands::misused)
        .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command))
        .execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    return program.serve().call();
  }

  private static CommandLine group(Object group, Object... members) {
    CommandLine commands = new CommandLine(group);
    for (Object member : members) {
      commands.addSubcommand(member);
    }
    return commands;
  }

  private static void addHelp(CommandLine command) {
    if (!(command.getCommand() instanceof CommandLine.HelpCommand)) {
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Shows this.")
                  .build());
      command.getSubcommands().values().forEach(Commands::addHelp);
    }
  }

  private static int misused(ParameterException misuse, String[] arguments) {
    CommandLine command = misuse.getCommandLine();
    command
        .getErr()
        .println(
            oneLine(String.valueOf(misuse.getMessage()))
                + " (see: "
                + command.getCommandSpec().qualifiedName()
                + " --help)");
    return MISUSED;
  }

  private static int failed(Exception failure, CommandLine command) {
    String message =
        switch (failure) {
          case CommandFailure expected -> expected.getMessage();
          case InvalidSetting expected -> expected.getMessage();
          case VaultException expected -> expected.getMessage();
          case StorageException expected -> expected.getMessage();
          default -> {
            log.debug("a command failed", failure);
            yield "failed unexpectedly: " + failure;
          }
        };
    command.getErr().println(oneLine(String.valueOf(message)));
    return FAILED;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** A word before other commands' names; alone it means nothing. */
  private abstract static class Group implements Runnable {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
      if (spec != null) {
        throw new ParameterException(
            spec.commandLine(), "say which: " + String.join(", ", spec.subcommands().keySet()));
      }
    }
  }

  @Command(name = "user", description = "The people who sign in.")
  private static final class User extends Group {}

  @Command(name = "token", description = "Access tokens, for scripts that manage Purser.")
  private static final class Token extends Group {}

  @Command(name = "key", description = "API keys, which are saved only after they were checked.")
  private static final class Key extends Group {}

  @Command(name = "vault", description = "The stored provider keys.")
  private static final class VaultGroup extends Group {}

  @Command(name = "prices", description = "What tokens cost.")
  private static final class PricesGroup extends Group {}

  @Command(name = "strict", description = "What strict budgets know of betas and fields.")
  private static final class StrictNamesGroup extends Group {}
}
