package dev.purser.cli;

import dev.purser.people.PublicAddress;
import dev.purser.pricing.Repricing;
import dev.purser.providers.ProviderAddresses;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.vault.VaultConfiguration;
import java.io.InputStream;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * What the commands are given by the program as a whole. Nothing is read or opened before a command
 * asks, so that help works without any setting.
 *
 * @param serve runs the server until it is stopped; answers the exit code
 * @param demo the same with simulated providers
 * @param database opens the database of the settings, also while a server runs on it; whoever asks
 *     closes it
 * @param vault where the master key is, by the settings
 * @param providers where the providers are, by the settings
 * @param address where people reach the server, by the settings
 * @param repricing what adding a price does to entries without one
 */
public record Program(
    Callable<Integer> serve,
    Callable<Integer> demo,
    Supplier<Database> database,
    Supplier<VaultConfiguration> vault,
    Supplier<ProviderAddresses> providers,
    Supplier<PublicAddress> address,
    Repricing repricing,
    InstantSource clock,
    SecureRandom random,
    InputStream in,
    PrintWriter out,
    PrintWriter errors) {

  Ids ids() {
    return new Ids(clock, random);
  }
}
