package dev.purser.web;

import dev.purser.agents.Agents;
import dev.purser.agents.VirtualKeys;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.Users;
import dev.purser.reports.UsageSummaryStore;
import dev.purser.vault.Vault;
import java.time.InstantSource;

/** What the pages are made of. */
public record WebParts(
    PublicAddress address,
    Users users,
    Sessions sessions,
    SignInLinks signInLinks,
    Agents agents,
    VirtualKeys virtualKeys,
    Vault vault,
    UsageSummaryStore usageSummaries,
    InstantSource clock) {}
