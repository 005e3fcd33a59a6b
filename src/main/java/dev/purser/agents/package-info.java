/** Agents and their virtual keys: who may call. */
@NullMarked
package dev.purser.agents;

import org.jspecify.annotations.NullMarked;
