@NullMarked
package dev.purser.agents;

import org.jspecify.annotations.NullMarked;
