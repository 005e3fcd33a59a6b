package dev.purser.web;

import dev.purser.agents.Agents;
import dev.purser.agents.VirtualKeys;
import dev.purser.ledger.Releases;
import dev.purser.people.AccessTokens;
import dev.purser.people.NoticesTold;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.Spaces;
import dev.purser.people.TrustedProxies;
import dev.purser.people.Users;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Prices;
import dev.purser.reports.AgentUsageStore;
import dev.purser.reports.BudgetOutlookStore;
import dev.purser.reports.CallStore;
import dev.purser.reports.DailyUsageStore;
import dev.purser.reports.MonthUsageStore;
import dev.purser.reports.UsageSummaryStore;
import dev.purser.vault.KeyChecks;
import dev.purser.vault.Vault;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the pages are made of.
 *
 * @param priceBook where prices are added to the list in force
 * @param overspending the demo's try to overspend; null anywhere else
 */
public record WebParts(
    PublicAddress address,
    TrustedProxies trustedProxies,
    Users users,
    Sessions sessions,
    SignInLinks signInLinks,
    AccessTokens accessTokens,
    Spaces spaces,
    Agents agents,
    VirtualKeys virtualKeys,
    Vault vault,
    KeyChecks keyChecks,
    UsageSummaryStore usageSummaries,
    DailyUsageStore dailyUsage,
    MonthUsageStore monthUsage,
    AgentUsageStore agentUsage,
    CallStore calls,
    BudgetOutlookStore budgetOutlooks,
    NoticesTold noticesTold,
    Releases releases,
    Supplier<PriceList> prices,
    Prices priceBook,
    InstantSource clock,
    SecureRandom random,
    @Nullable Overspending overspending) {}
