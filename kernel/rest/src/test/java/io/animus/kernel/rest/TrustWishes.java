package io.animus.kernel.rest;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.trust.TrustProposal;
import java.util.UUID;

/** What requests about the mode of trust send. */
final class TrustWishes {
    private TrustWishes() {}

    /**
     * The body; empty for other requests.
     *
     * @param proposer proposes what is to be confirmed, and can't confirm it itself, so that everybody else can
     */
    static String wishOf(String operation, Client proposer) {
        return switch (operation) {
            case "proposeTrustMode" -> "{\"mode\": \"off\", \"reason\": \"a plugin is written\"}";
            case "confirmTrustMode" -> "{\"proposal\": \"%s\"}".formatted(proposal(proposer));
            case "enforceTrust" -> "{\"reason\": \"it is written\"}";
            default -> "";
        };
    }

    static String badWishOf(String operation) {
        return switch (operation) {
            case "proposeTrustMode" -> "{\"mode\": \"enforce\", \"reason\": \"x\"}";
            case "confirmTrustMode" -> "{\"proposal\": \"x\"}";
            default -> "{\"reason\": \"\"}";
        };
    }

    private static String proposal(Client proposer) {
        var made = proposer.post("/api/v1/trust/mode:propose", wishOf("proposeTrustMode", proposer));
        return made.status() == 200
                ? made.json().at("/proposal/id").asText()
                : TypeId.of(TrustProposal.PREFIX, new UUID(0, 0)).value();
    }
}
