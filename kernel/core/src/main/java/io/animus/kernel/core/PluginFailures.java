package io.animus.kernel.core;

import static io.animus.api.types.ExternalSystemException.Reason.REJECTED;
import static io.animus.kernel.domain.ProblemCode.PLUGIN_UNAVAILABLE;

import io.animus.api.types.ExternalSystemException;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import java.util.List;
import java.util.function.Supplier;

/** The one place that turns a plugin's failure into what a caller is told. */
final class PluginFailures {
    private PluginFailures() {}

    /**
     * Runs {@code call}, in which no answer of the external system is the caller's fault.
     *
     * @throws RefusedException {@code PLUGIN_UNAVAILABLE} if the plugin fails, whatever its reason
     */
    static <T> T refused(Supplier<T> call) {
        return refused("", PLUGIN_UNAVAILABLE, call);
    }

    /**
     * Runs {@code call} about the member of the body at {@code pointer}.
     *
     * @param rejected what it means if the external system rejects the request
     * @throws RefusedException {@code rejected}, or {@code PLUGIN_UNAVAILABLE} for any other reason
     */
    static <T> T refused(String pointer, ProblemCode rejected, Supplier<T> call) {
        try {
            return call.get();
        } catch (ExternalSystemException e) {
            throw new RefusedException(List.of(violation(pointer, rejected, e)));
        }
    }

    /** What is wrong with the request whose plugin call failed so. Missing rights are an operator's to mend, not the caller's. */
    static Violation violation(String pointer, ProblemCode rejected, ExternalSystemException failure) {
        var message = String.valueOf(failure.getMessage());
        return failure.reason() == REJECTED
                ? Violation.at(pointer, rejected, message)
                : Violation.of(PLUGIN_UNAVAILABLE, message);
    }
}
