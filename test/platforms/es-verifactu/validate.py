"""Validates SOAP bodies against AEAT's schemas: the folder as argument, a JSON list of envelopes on standard input; prints a JSON list
of what is wrong with each, null where nothing is."""

import json
import sys

from lxml import etree

BASE = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/"
NAMES = ["RespuestaSuministro.xsd", "RespuestaConsultaLR.xsd", "SuministroLR.xsd", "ConsultaLR.xsd"]


def main():
    imports = "".join(f'<import namespace="{BASE}{name}" schemaLocation="{name}"/>' for name in NAMES)
    parser = etree.XMLParser(no_network=True)
    joined = etree.fromstring(f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{imports}</schema>', parser, base_url=f"{sys.argv[1]}/joined.xsd")
    schema = etree.XMLSchema(joined)
    wrong = []
    for text in json.load(sys.stdin):
        body = etree.fromstring(text.encode()).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")[0]
        alone = etree.fromstring(etree.tostring(body))
        wrong.append(None if schema.validate(alone) else str(schema.error_log[0]))
    print(json.dumps(wrong))


main()
