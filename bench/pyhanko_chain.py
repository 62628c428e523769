"""The rival: the same chain with pikepdf and pyHanko, as fast as they go.

prepare with pikepdf (an evidence page without texts, fields without a font: less than ours does),
certify, two acts (bench/pyhanko_act.py), seal, validation data with a document timestamp in one
update, and pyHanko's own validation of every signature.
"""

import asyncio
import io
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.validation import DocumentSecurityStore, collect_validation_info

from bench.chain import Steps, World, now, person
from bench.pyhanko_act import CachedKey, Timestamper, TunedSigner, Writer, act
from tests.pdf.referees import Trust, findings

ROOM = 16_384
CHUNK = 1 << 20
ROWS = ("name", "contact", "identified", "method", "time", "ip", "consent")


def walk(world: World, upload: bytes, path: Path) -> Steps:
    """Takes an upload the whole way; leaves the sealed file at `path`."""
    steps, keys = Steps(), world.keyring
    timestamper, trust = Timestamper(keys.timestamper()), _trust(world)
    with steps.step("prepare"):
        path.write_bytes(prepare(upload))
    with path.open("r+b") as file:
        with steps.step("certify"):
            _sign(file, "z_cert", CachedKey(keys.certification()), timestamper, certify=True)
        for slot in (0, 1):
            with steps.step("two acts"):
                act(file, f"s{slot}_", _shown(slot), world.signer(slot), timestamper)
        with steps.step("seal"):
            _sign(file, "z_seal", CachedKey(keys.seal()), timestamper)
        with steps.step("archive"):
            _archive(file, timestamper, trust)
    with steps.step("verify"):
        found = findings(path.read_bytes(), trust)
    assert len(found) == 5
    assert all(one.valid for one in found), found
    return steps


def prepare(upload: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(upload)) as file:
        first = file.pages[0]
        evidence = file.add_blank_page()
        fields = [_field(file, evidence, "z_cert", "Sig"), _field(file, evidence, "z_seal", "Sig")]
        for slot in (0, 1):
            names = [f"s{slot}_e_{row}" for row in ROWS]
            fields += [
                _field(file, evidence, name, "Tx", 700 - 250 * slot - 20 * line)
                for line, name in enumerate(names)
            ]
            signature = _field(file, first, f"s{slot}_sig", "Sig", 100 + 60 * slot)
            signature.Lock = file.make_indirect(
                Dictionary(
                    Type=Name.SigFieldLock,
                    Action=Name.Include,
                    Fields=Array([String(name) for name in names]),
                )
            )
            fields.append(signature)
        file.Root.AcroForm = file.make_indirect(Dictionary(Fields=Array(fields), SigFlags=3))
        file.save(
            out,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return out.getvalue()


def _field(
    file: pikepdf.Pdf, page: pikepdf.Page, name: str, kind: str, bottom: int = 0
) -> pikepdf.Object:
    box = (72, bottom, 272, bottom + 15) if bottom else (0, 0, 0, 0)
    dictionary = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name(f"/{kind}"),
        T=String(name),
        Rect=Array(box),
        P=page.obj,
        F=4 if bottom else 132,
    )
    field = file.make_indirect(dictionary)
    page.obj.Annots = Array([*page.obj.get("/Annots", ()), field])
    return field


def _sign(
    file: io.BufferedRandom,
    field: str,
    key: CachedKey,
    timestamper: Timestamper,
    certify: bool = False,
) -> None:
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    TunedSigner(metadata, key, timestamper=timestamper).sign_pdf(
        Writer(file),
        existing_fields_only=True,
        bytes_reserved=ROOM,
        in_place=True,
        chunk_size=CHUNK,
    )


def _archive(file: io.BufferedRandom, timestamper: Timestamper, trust: Trust) -> None:
    context = trust.context()

    async def paths() -> list[object]:
        signatures = PdfFileReader(file).embedded_signatures
        return [p for one in signatures for p in await collect_validation_info(one, context)]

    writer = Writer(file)
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, paths=asyncio.run(paths()), validation_context=context
    )
    signers.PdfTimeStamper(timestamper, field_name="z_ts").timestamp_pdf(
        writer,
        "sha256",
        context,
        bytes_reserved=ROOM,
        in_place=True,
        chunk_size=CHUNK,
        dss_settings=TimestampDSSContentSettings(update_before_ts=True, include_vri=False),
    )


def _shown(slot: int) -> dict[str, str]:
    values = person(slot)
    return {
        "name": values.name,
        "contact": values.contact,
        "identified": values.identified_by,
        "method": values.method,
        "time": f"{now():%Y-%m-%d %H:%M:%S} UTC",
        "ip": values.ip,
        "consent": values.consent,
    }


def _trust(world: World) -> Trust:
    keys = world.local
    crls = (keys.crl("root", now()), keys.crl("issuing", now()))
    return Trust(keys.certificate("root"), (keys.certificate("issuing"),), crls)
