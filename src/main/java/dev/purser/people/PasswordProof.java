package dev.purser.people;

import dev.purser.secret.Secret;

/**
 * That somebody knew a user's password: good for a session as long as that is the password.
 *
 * @param passwordHash what was stored of it then
 */
public record PasswordProof(String userId, Secret passwordHash) {}
