"""A billing application on python3-zeep, which does the talking unmodified: makes a record once, sends it, and sends it
again when no answer came. One JSON object a line on standard input asks for one thing, one a line on standard output tells."""

import json
import sys

import requests
import zeep
from zeep.transports import Transport

TRIES = 8
ISSUER = {"NombreRazon": "Empresa & Hijos SL", "NIF": "89890001K"}
BINDING = "{https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/SistemaFacturacion.wsdl}sfVerifactu"


def book(service, fields):
    number = fields["IDFactura"]["NumSerieFactura"]
    for tries in range(1, TRIES + 1):
        try:
            answer = service.RegFactuSistemaFacturacion(Cabecera={"ObligadoEmision": ISSUER}, RegistroFactura=[{"RegistroAlta": fields}])
        except (requests.RequestException, zeep.exceptions.TransportError, zeep.exceptions.Fault, zeep.exceptions.XMLSyntaxError):
            continue
        line = answer.RespuestaLinea[0]
        code = line.CodigoErrorRegistro
        return {"number": number, "state": line.EstadoRegistro, "code": None if code is None else str(code), "tries": tries}
    return {"number": number, "state": "none", "code": None, "tries": TRIES}


def look(service, number, date):
    period = {"Ejercicio": date[6:], "Periodo": date[3:5]}
    answer = service.ConsultaFactuSistemaFacturacion(
        Cabecera={"IDVersion": "1.0", "ObligadoEmision": ISSUER},
        FiltroConsulta={"PeriodoImputacion": period, "NumSerieFactura": number},
    )
    return [one.EstadoRegistro.EstadoRegistro for one in answer.RegistroRespuestaConsultaFactuSistemaFacturacion]


def main():
    wsdl, address, patience = sys.argv[1], sys.argv[2], float(sys.argv[3])
    client = zeep.Client(wsdl, transport=Transport(operation_timeout=patience))
    service = client.create_service(BINDING, address)
    for text in sys.stdin:
        asked = json.loads(text)
        told = book(service, asked["book"]) if "book" in asked else look(service, asked["number"], asked["date"])
        print(json.dumps(told), flush=True)


main()
