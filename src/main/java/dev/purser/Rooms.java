package dev.purser;

import dev.purser.agents.Agents;
import dev.purser.agents.VirtualKeys;
import dev.purser.people.AccessTokens;
import dev.purser.people.Spaces;
import dev.purser.people.Users;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.reports.AgentUsageStore;
import dev.purser.reports.CallStore;
import dev.purser.reports.DailyUsageStore;
import dev.purser.reports.MonthUsageStore;
import dev.purser.reports.UsageSummaryStore;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.vault.Vault;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What lives on the database: the same objects for the server and for the commands beside it. */
record Rooms(
    Database database,
    InstantSource clock,
    SecureRandom random,
    Ids ids,
    Users users,
    Spaces spaces,
    AccessTokens accessTokens,
    Agents agents,
    VirtualKeys virtualKeys,
    Vault vault,
    PriceStore priceStore,
    UsageSummaryStore usageSummaries,
    DailyUsageStore dailyUsage,
    MonthUsageStore monthUsage,
    AgentUsageStore agentUsage,
    CallStore calls)
    implements AutoCloseable {

  /** Opens the database and the vault; the tables are brought up to date. */
  static Rooms open(AppConfiguration configuration, InstantSource clock) {
    SecureRandom random = new SecureRandom();
    Ids ids = new Ids(clock, random);
    Database database = Database.open(configuration.database());
    try {
      return new Rooms(
          database,
          clock,
          random,
          ids,
          new Users(database, ids, clock),
          new Spaces(database),
          new AccessTokens(database, ids, clock, random),
          new Agents(database, ids, clock),
          new VirtualKeys(database, ids, clock, random),
          Vault.open(database, configuration.vault(), ids, clock, random),
          new PriceStore(database, PriceList.shipped()),
          new UsageSummaryStore(database),
          new DailyUsageStore(database),
          new MonthUsageStore(database),
          new AgentUsageStore(database),
          new CallStore(database));
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
