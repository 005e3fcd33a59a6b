/**
 * Purser keeps LLM provider keys, meters every token, and holds the budget. The map is in
 * ARCHITECTURE.md.
 */
@NullMarked
package dev.purser;

import org.jspecify.annotations.NullMarked;
