// Lets the parity tests in Python run the core: one JSON request on stdin, one answer on stdout.
import { readFileSync } from "node:fs";
import { Borders, SHOWN } from "../../src/core/borders";
import { createDecoder, type Ranking } from "../../src/core/decoding";
import { createFeatures, maxContextWindows } from "../../src/core/features";
import { toCodePoints } from "../../src/core/offsets";
import { conclude, prepare } from "../../src/core/pipeline";
import { readingOrder, tokenRelevance } from "../../src/core/relevance";
import { createTokenizer } from "../../src/core/tokenizer";
import type { DecodingOptions, Encoding, FeatureOptions, Logits, Ways } from "../../src/core/types";

/** Start and end logits. */
type Pair = readonly [readonly number[], readonly number[]];

type Request =
  | {
      readonly op: "encode";
      readonly vocab: readonly string[];
      readonly lowercase: boolean;
      readonly layout_signs: boolean;
      readonly texts: readonly string[];
    }
  | {
      readonly op: "features";
      readonly cases: readonly {
        readonly question: readonly number[];
        readonly passage: readonly number[];
        readonly cls_id: number;
        readonly sep_id: number;
        readonly options: Pick<FeatureOptions, "max_seq_len" | "doc_stride">;
      }[];
    }
  | {
      readonly op: "decode";
      readonly cases: readonly {
        readonly question_length: number;
        readonly passage_length: number;
        readonly features: Pick<FeatureOptions, "max_seq_len" | "doc_stride">;
        /** By window. */
        readonly logits: readonly Pair[];
        /** In which order the windows come. */
        readonly order: readonly number[];
        readonly options: readonly (DecodingOptions & Pick<Ways, "cut_share">)[];
      }[];
    }
  | {
      readonly op: "borders";
      readonly vocab: readonly string[];
      readonly lowercase: boolean;
      readonly layout_signs: boolean;
      readonly cases: readonly {
        readonly text: string;
        /** First and last token of answers. */
        readonly spans: readonly (readonly [number, number])[];
      }[];
    }
  | {
      readonly op: "order";
      readonly vocab: readonly string[];
      readonly lowercase: boolean;
      readonly cases: readonly {
        readonly question: string;
        readonly passage: string;
        readonly features: FeatureOptions;
      }[];
    }
  | {
      readonly op: "answer";
      readonly vocab: readonly string[];
      readonly lowercase: boolean;
      readonly cases: readonly {
        readonly question: string;
        readonly passage: string;
        readonly features: FeatureOptions;
        readonly decoding: DecodingOptions & Ways;
        readonly logits: readonly Pair[];
      }[];
    };

const encoding = (input_ids: readonly number[]): Encoding => ({
  input_ids: Int32Array.from(input_ids),
  starts: new Int32Array(input_ids.length),
  ends: new Int32Array(input_ids.length),
});

const logits = ([start, end]: Pair): Logits => ({
  start_logits: Float32Array.from(start),
  end_logits: Float32Array.from(end),
});

function answer(request: Request): unknown {
  switch (request.op) {
    case "encode": {
      const tokenizer = createTokenizer(request.vocab.join("\n"), request);
      return request.texts.map((text) => {
        const { input_ids, starts, ends } = tokenizer.encodePassage(text);
        return [Array.from(input_ids), ...[starts, ends].map((o) => toCodePoints(text, [...o]))];
      });
    }
    case "features":
      return request.cases.map(({ question, passage, cls_id, sep_id, options }) => {
        const special = { cls_id, sep_id };
        const features = createFeatures(encoding(question), encoding(passage), special, options);
        return {
          features: features.map(({ input_ids, token_type_ids, ...numbers }) => ({
            ...numbers,
            input_ids: Array.from(input_ids),
            token_type_ids: Array.from(token_type_ids),
          })),
          max_context_windows: Array.from(maxContextWindows(features)),
        };
      });
    case "decode":
      return request.cases.map(({ question_length, passage_length, order, options, ...given }) => {
        const [question, passage] = [question_length, passage_length].map((length) =>
          encoding(Array(length).fill(1)),
        );
        const special = { cls_id: 2, sep_id: 3 };
        const decoder = createDecoder(createFeatures(question!, passage!, special, given.features));
        const rankings: Ranking[] = [];
        for (const window of order) {
          decoder.add(window, logits(given.logits[window]!));
          const decode = (option: DecodingOptions & Pick<Ways, "cut_share">): Ranking =>
            decoder.decode(option, undefined, { ...SHOWN, cut_share: option.cut_share });
          rankings.push(...options.map(decode));
        }
        return rankings;
      });
    case "borders": {
      const tokenizer = createTokenizer(request.vocab.join("\n"), request);
      return request.cases.map(({ text, spans }) => {
        const borders = new Borders(text, tokenizer.encodePassage(text), tokenizer);
        const inPoints = (range: readonly [number, number] | null) =>
          range && toCodePoints(text, [...range]);
        const ways = [true, false].flatMap((align_to_words) =>
          [true, false].map((neat) => ({ align_to_words, neat })),
        );
        return {
          unread: borders.unread,
          sentence: Array.from(borders.sentence),
          letter: Array.from(borders.letter),
          stop: Array.from(borders.stop),
          ranges: spans.map(([first, last]) =>
            ways.map((way) => {
              const place = borders.place(first, last, way);
              return [
                inPoints(borders.range(first, last, way)),
                inPoints(place && [place[0], place[1] + 1]),
              ];
            }),
          ),
        };
      });
    }
    case "order": {
      const tokenizer = createTokenizer(request.vocab.join("\n"), request);
      return request.cases.map(({ question, passage, features }) => {
        const prepared = prepare(question, passage, tokenizer, features);
        const { input_ids } = prepared.question;
        return {
          relevance: Array.from(tokenRelevance(prepared.index, input_ids)),
          order: [...readingOrder(prepared.index, input_ids, prepared.features)],
        };
      });
    }
    case "answer": {
      const tokenizer = createTokenizer(request.vocab.join("\n"), request);
      return request.cases.map(({ question, passage, features, decoding, ...given }) => {
        const prepared = prepare(question, passage, tokenizer, features);
        const decoder = createDecoder(prepared.features);
        for (const [window, pair] of given.logits.entries()) decoder.add(window, logits(pair));
        const decoded = conclude(prepared, decoder, decoding, decoding);
        const offsets = decoded.answers.map(({ start, end }) =>
          toCodePoints(passage, [start, end]),
        );
        return {
          ...decoded,
          answers: decoded.answers.map((one, n) => {
            const [start, end] = offsets[n]!;
            return { ...one, start, end };
          }),
          input_ids: prepared.features.map((feature) => Array.from(feature.input_ids)),
          warnings: prepared.warnings,
        };
      });
    }
  }
}

process.stdout.write(JSON.stringify(answer(JSON.parse(readFileSync(0, "utf8")) as Request)));
